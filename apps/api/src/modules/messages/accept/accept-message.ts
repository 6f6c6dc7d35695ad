import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, TransactAtOnce } from "../../../platform/database/index.ts";
import { ProblemError } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { NaturalBatcher } from "../../../platform/natural-batcher.ts";
import type { PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import { isNamed, knownRateOf } from "../../deliveries/index.ts";
import { trackingOf } from "../../templates/index.ts";
import { expiryOf, judgeSchedule } from "../course/schedule.rules.ts";
import type { JudgeApproval } from "../estimate/judge-approval.ts";
import { isKept, resolveAudience } from "../request/resolve-audience.ts";
import { assertOneOfEach, referencesOf, type SendPlan, type SendPlanner } from "../request/send-plan.ts";
import { assertOneList, categoryOf, optionsOf } from "../request/sending-options.rules.ts";
import { type FirstMessage, findByIdempotencyKeys, type NewMessage } from "./accept.repository.ts";
import {
  checkSend,
  contentHashOf,
  type MessageRequest,
  requestHashOf,
  type SendMessage,
  titleOf,
} from "./accept.rules.ts";
import { type AcceptedMessage, replay, toAccepted } from "./accepted-message.ts";
import type { Admission, Aside } from "./admission.ts";
import { type RequestApproval, type Stored, storeMessage, storeTogether, weightOf } from "./store-message.ts";

export interface AcceptDeps {
  transact: Transact;
  transactAtOnce: TransactAtOnce;
  planSend: SendPlanner;
  admission: Admission;
  catalogue: PluginCatalogues;
  requestApproval: RequestApproval;
  judgeApproval: JudgeApproval;
  /** There is a message to expand, `isNamed` together with others: the engine need not wait for its next round. */
  nudge(accepted: { tenantId: string; isNamed: boolean }): void;
}

interface Asked {
  input: MessageRequest;
  idempotencyKey: string | undefined;
  aside: Aside;
}

/** Deliveries that the messages of one flush may name recipients for: it bounds the statement's size. */
const MAX_FLUSH_WEIGHT = 20_000;

/**
 * Accepts a message: checked, and durable when this returns. Requests of a tenant that arrive together are stored
 * by one transaction. Making the deliveries is left to the expander.
 */
export function createAcceptMessage(deps: AcceptDeps) {
  const writers = new Map<string, NaturalBatcher<NewMessage, Stored>>();

  function writerOf(tenantId: string): NaturalBatcher<NewMessage, Stored> {
    const known = writers.get(tenantId);
    if (known) return known;
    const writer = new NaturalBatcher<NewMessage, Stored>({
      flush: (messages) => storeTogether(deps, tenantId, messages),
      weightOf,
      slots: 1,
      maxWeight: MAX_FLUSH_WEIGHT,
    });
    writers.set(tenantId, writer);
    return writer;
  }

  return async function acceptMessage(
    ctx: RequestContext,
    input: MessageRequest,
    idempotencyKey: string | undefined,
  ): Promise<AcceptedMessage> {
    authorize(ctx, "send", "Message");
    assertOneOfEach(input);
    assertOneList(input);
    const { accepted } = await deps.admission.admit(ctx.tenantId, (aside) =>
      store(ctx, { input, idempotencyKey, aside }),
    );
    return accepted;
  };

  async function store(ctx: RequestContext, asked: Asked) {
    const { input, idempotencyKey } = asked;
    try {
      return await storeNew(ctx, asked);
    } catch (refusal) {
      // What was accepted once stays accepted, even if it would be refused now.
      const requestHash = requestHashOf(input);
      const first = await findFirst(ctx, refusal, idempotencyKey);
      if (first?.requestHash !== requestHash) throw refusal;
      return { accepted: replay(first, requestHash), deliveryCount: 0 };
    }
  }

  async function storeNew(ctx: RequestContext, { input: asked, idempotencyKey, aside }: Asked) {
    const plan = await deps.planSend(ctx, referencesOf(asked));
    const input = hasKept(asked)
      ? asked
      : { ...asked, audience: await resolveAudience(deps.transact, ctx, asked.audience) };
    checkSend(deps.catalogue.of(ctx.tenantId), plan, input);
    const requestHash = requestHashOf(asked);
    const idempotency = idempotencyKey ? { scope: scopeOf(ctx), key: idempotencyKey, requestHash } : null;
    const drafted = toNewMessage(ctx, plan, input, idempotency, input === asked ? requestHash : undefined);
    const message = drafted.needsApproval ? await aside(() => judged(ctx, plan, input, drafted)) : drafted;
    const stored = message.needsApproval
      ? await deps.transact(ctx, (tx) => storeMessage(deps, tx, ctx, message))
      : await writerOf(ctx.tenantId).add(message);
    deps.nudge({ tenantId: ctx.tenantId, isNamed: isNamed(message) });
    return { accepted: toAccepted(message, stored), deliveryCount: stored.stored ? weightOf(message) : 0 };
  }

  /** What costs too little to be approved goes the way of what needs no approval. */
  async function judged(ctx: RequestContext, plan: SendPlan, input: SendMessage, message: NewMessage) {
    if (await deps.judgeApproval(ctx, { plan, input, message })) return message;
    const state = firstStateOf({ ...plan, needsApproval: false }, message.scheduledAt);
    return { ...message, needsApproval: false, state };
  }

  async function findFirst(
    ctx: RequestContext,
    refusal: unknown,
    key: string | undefined,
  ): Promise<FirstMessage | undefined> {
    if (!key || !(refusal instanceof ProblemError) || refusal.type.status >= 500) return undefined;
    const keys = [{ scope: scopeOf(ctx), key }];
    const [first] = await deps.transact(ctx, (tx) => findByIdempotencyKeys(tx, ctx.tenantId, keys));
    return first;
  }
}

export type AcceptMessage = ReturnType<typeof createAcceptMessage>;

const hasKept = (asked: MessageRequest): asked is MessageRequest & Pick<SendMessage, "audience"> =>
  isKept(asked.audience);

/** The message that a request would become. */
export function toNewMessage(
  ctx: RequestContext,
  plan: SendPlan,
  input: SendMessage,
  idempotency: NewMessage["idempotency"],
  requestHash?: string,
): NewMessage {
  const { actor } = ctx;
  const createdAt = ctx.now();
  const scheduledAt = input.schedule ? judgeSchedule(input.schedule, createdAt) : null;
  const ttlSeconds = input.ttlSeconds ?? null;
  return {
    id: newId("message"),
    sourceId: actor.kind === "source" ? actor.id : null,
    authorId: actor.kind === "member" ? actor.id : null,
    state: firstStateOf(plan, scheduledAt),
    needsApproval: plan.needsApproval,
    isTest: input.isTest ?? false,
    title: titleOf(plan, input),
    priority: input.priority,
    category: categoryOf(plan.template, input),
    audience: input.audience,
    templateVersionId: plan.template?.versionId ?? null,
    renderings: input.content ?? null,
    tracking: trackingOf(input.tracking),
    variables: input.variables,
    channelIds: plan.channels.map((channel) => channel.id),
    policyVersionId: plan.policyVersionId,
    contentHash: contentHashOf(plan, input, requestHash),
    scheduledAt,
    timeZone: scheduledAt && (input.schedule?.timeZone ?? null),
    ttlSeconds,
    expiresAt: expiryOf(ttlSeconds, scheduledAt ?? createdAt),
    options: optionsOf(input),
    rate: input.rate ?? null,
    ratePerSecond: knownRateOf(input.rate),
    createdAt,
    idempotency,
  };
}

/** Whose keys these are: everybody has their own. */
export const scopeOf = ({ actor }: Pick<RequestContext, "actor">): string =>
  actor.kind === "system" ? "system" : actor.id;

function firstStateOf({ needsApproval }: SendPlan, scheduledAt: Date | null): NewMessage["state"] {
  if (needsApproval) return "pending_approval";
  return scheduledAt ? "scheduled" : "expanding";
}
