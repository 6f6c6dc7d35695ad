import type { schema } from "@tidings/db";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { invalidField, noSuch } from "../../../platform/errors.ts";
import { isId } from "../../../platform/ids.ts";
import type { PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import { createRecentAnswers } from "../../../platform/recent-answers.ts";
import { findPolicyVersion, policyArchived } from "../../policies/index.ts";
import { hasRecipientList } from "../../recipient-lists/index.ts";
import { findPublishedVersion, type MessageCategory } from "../../templates/index.ts";
import { channelNotGranted, channelOff, channelUnknown, templateNotPublished } from "../message.errors.ts";
import { assertContentFor } from "./content.rules.ts";
import { type ChannelRow, findChannels, findGranted } from "./send-plan.repository.ts";

/** What a request refers to. */
export interface SendReferences {
  channels: string[] | undefined;
  policy: string | undefined;
  template: string | undefined;
  allowList: string | undefined;
  denyList: string | undefined;
}

export interface PlannedStep {
  channels: ChannelRow[];
  when: schema.PolicyStep["when"];
  afterSeconds: schema.PolicyStep["afterSeconds"];
}

export const referencesOf = ({
  channels,
  policy,
  template,
  allowList,
  denyList,
}: Partial<SendReferences>) => ({
  channels,
  policy,
  template,
  allowList,
  denyList,
});

/** What the references stand for, checked against existence, grants and switches. */
export interface SendPlan {
  /** Of the first step. */
  channels: ChannelRow[];
  /** Of all steps. */
  allChannels: ChannelRow[];
  /** One without a condition, or those of the policy. */
  steps: PlannedStep[];
  policyVersionId: string | null;
  template: {
    versionId: string;
    name: string;
    category: MessageCategory;
    variables: schema.TemplateVariable[];
  } | null;
  renderings: schema.Renderings | null;
  needsApproval: boolean;
  /** Equal for equal references: what of the plan an approval binds to. */
  fingerprint: string;
}

export interface SendPlannerDeps {
  transact: Transact;
  catalogue: PluginCatalogues;
  isApprovalNeeded(tx: Tx, ctx: RequestContext, sourceId: string | null): Promise<boolean>;
}

const REMEMBERED_MS = 1_000;
const MAX_REMEMBERED = 1_000;

/**
 * Resolves a request's references. Callers send the same shape again and again, so a plan is remembered for a
 * second: a revoked grant, a switched-off channel or a new template version takes effect within that time.
 */
export function createSendPlanner(deps: SendPlannerDeps) {
  const recent = createRecentAnswers<SendPlan>({
    ttlMs: REMEMBERED_MS,
    maxEntries: MAX_REMEMBERED,
    monotonicMs: () => performance.now(),
  });

  return function planSend(ctx: RequestContext, references: SendReferences): Promise<SendPlan> {
    const sourceId = ctx.actor.kind === "source" ? ctx.actor.id : null;
    return recent.get(keyOf(ctx.tenantId, sourceId, references), () =>
      deps.transact(ctx, (tx) => loadPlan(deps, tx, ctx, sourceId, references)),
    );
  };
}

/** No text of a request has a NUL in it. */
function keyOf(tenantId: string, sourceId: string | null, references: SendReferences): string {
  const { channels = [], policy, template, allowList, denyList } = references;
  return [tenantId, sourceId, policy, template, allowList, denyList, ...channels].join("\0");
}

export type SendPlanner = ReturnType<typeof createSendPlanner>;

async function loadPlan(
  deps: SendPlannerDeps,
  tx: Tx,
  ctx: RequestContext,
  sourceId: string | null,
  references: SendReferences,
): Promise<SendPlan> {
  const policy = references.policy ? await getPolicy(tx, ctx, references.policy) : undefined;
  const steps = policy?.steps.map((step) => step.channelIds) ?? [references.channels ?? []];
  const resolved = await getUsableChannels(tx, ctx.tenantId, sourceId, steps, policy ? "policy" : "channels");
  await assertLists(tx, ctx.tenantId, references);
  const template = references.template ? await getTemplate(tx, ctx, references.template) : null;
  const channels = resolved[0] ?? [];
  const allChannels = [...new Set(resolved.flat())];
  if (template) {
    assertContentFor(deps.catalogue.of(ctx.tenantId), allChannels, template.renderings, "/template");
  }
  const pinned = [template?.id ?? null, channels.map(({ id }) => id), policy?.id ?? null];
  return {
    channels,
    allChannels,
    steps: resolved.map((channels, index) => {
      const { when, afterSeconds } = policy?.steps[index] ?? {};
      return { channels, when, afterSeconds };
    }),
    policyVersionId: policy?.id ?? null,
    template: template && {
      versionId: template.id,
      name: template.name,
      category: template.category,
      variables: template.variables,
    },
    renderings: template?.renderings ?? null,
    needsApproval: await deps.isApprovalNeeded(tx, ctx, sourceId),
    fingerprint: JSON.stringify(pinned),
  };
}

/** The channels of each step, by code or id, if the source (null: a member) may send by all of them now. */
export async function getUsableChannels(
  tx: Tx,
  tenantId: string,
  sourceId: string | null,
  steps: string[][],
  field: "policy" | "channels",
): Promise<ChannelRow[][]> {
  const found = await findChannels(tx, tenantId, [...new Set(steps.flat())]);
  const byReference = new Map(
    found.flatMap((channel) => [[channel.id, channel] as const, [channel.code, channel]]),
  );
  const channelIds = found.map((channel) => channel.id);
  const granted = sourceId === null ? undefined : await findGranted(tx, tenantId, sourceId, channelIds);
  const resolve = (reference: string, index: number): ChannelRow =>
    usableChannel(
      reference,
      byReference.get(reference),
      granted,
      field === "policy" ? "/policy" : `/channels/${index}`,
    );
  return steps.map((step) => [...new Set(step.map(resolve))]);
}

/** Unknown, not granted and switched off are three different answers. */
function usableChannel(
  reference: string,
  channel: ChannelRow | undefined,
  granted: Set<string> | undefined,
  pointer: string,
): ChannelRow {
  if (!channel) {
    throw channelUnknown(`There is no channel "${reference}".`, {
      errors: [
        { pointer, detail: `"${reference}" is neither a code nor an id of a channel.`, code: "unknown" },
      ],
    });
  }
  if (granted && !granted.has(channel.id)) {
    throw channelNotGranted(
      `The channel "${channel.code}" is not granted to this source. Ask an administrator for the grant.`,
      { errors: [{ pointer, detail: `"${reference}" is not granted to this source.`, code: "not_granted" }] },
    );
  }
  if (channel.state === "off") {
    throw channelOff(`The channel "${channel.code}" is switched off.`, {
      errors: [{ pointer, detail: `"${reference}" is switched off.`, code: "off" }],
    });
  }
  return channel;
}

async function getPolicy(tx: Tx, ctx: RequestContext, policyId: string) {
  const policy = await findPolicyVersion(tx, ctx.tenantId, { policyId });
  if (!policy) throw noSuch("policy", policyId);
  if (policy.state === "active") return policy;
  const detail = `The policy "${policy.name}" is archived and takes no new messages. Choose another one.`;
  throw policyArchived(detail, { errors: [{ pointer: "/policy", detail, code: "archived" }] });
}

async function assertLists(tx: Tx, tenantId: string, { allowList, denyList }: SendReferences): Promise<void> {
  for (const [pointer, listId] of Object.entries({ "/allowList": allowList, "/denyList": denyList })) {
    if (listId === undefined || (await hasRecipientList(tx, tenantId, listId))) continue;
    throw invalidField(pointer, `There is no recipient list ${listId}.`, "unknown_list");
  }
}

async function getTemplate(tx: Tx, ctx: RequestContext, reference: string) {
  const by = isId("template", reference) ? { templateId: reference } : { code: reference };
  const version = await findPublishedVersion(tx, ctx.tenantId, by);
  if (version) return version;
  throw templateNotPublished(`There is no published template "${reference}".`, {
    errors: [{ pointer: "/template", detail: "No published version has this code or id.", code: "unknown" }],
  });
}

/** Exactly one of channels and policy, exactly one of template and content. */
export function assertOneOfEach(input: {
  channels?: unknown;
  policy?: unknown;
  template?: unknown;
  content?: unknown;
}): void {
  if ((input.channels === undefined) === (input.policy === undefined)) {
    throw invalidField("/channels", "Give either channels or a policy.", "exactly_one");
  }
  if ((input.template === undefined) === (input.content === undefined)) {
    throw invalidField("/template", "Give either a template or content.", "exactly_one");
  }
}
