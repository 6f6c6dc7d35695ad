import { schema } from "@tidings/db";
import { and, eq, getTableColumns } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid } from "../../../platform/ids.ts";
import { findPinnedPolicy } from "../../policies/index.ts";
import { findVersion } from "../../templates/index.ts";
import type { NewMessage } from "../accept/accept.repository.ts";
import type { SendMessage } from "../accept/accept.rules.ts";
import { findChannels } from "../request/send-plan.repository.ts";
import type { SendPlan } from "../request/send-plan.ts";
import type { ToEstimate } from "./estimate-message.ts";

const { members, messages, sources } = schema;

/** A stored message with all that it pinned, as it was when it was accepted. */
export interface StoredMessage extends ToEstimate {
  /** Whoever it is from. */
  senderName: string;
}

/** A message with the versions that it pinned and those of its channels that there still are. */
export async function findStored(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<StoredMessage | undefined> {
  const [row] = await tx.db
    .select({ ...getTableColumns(messages), sourceName: sources.name, authorName: members.name })
    .from(messages)
    .leftJoin(sources, and(eq(sources.tenantId, messages.tenantId), eq(sources.id, messages.sourceId)))
    .leftJoin(members, and(eq(members.tenantId, messages.tenantId), eq(members.id, messages.authorId)))
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)));
  if (!row) return undefined;
  const message: NewMessage = {
    ...row,
    state: "scheduled",
    channelIds: row.channelIds.map((id) => fromUuid("channel", id)),
    contentHash: Buffer.from(row.contentHash).toString("hex"),
    idempotency: null,
  };
  const plan = await findPinnedPlan(tx, tenantId, message);
  return { message, plan, input: toInput(message), senderName: row.sourceName ?? row.authorName ?? "" };
}

async function findPinnedPlan(tx: Tx, tenantId: string, message: NewMessage): Promise<SendPlan> {
  const { policyVersionId, templateVersionId, channelIds } = message;
  const policy = policyVersionId ? await findPinnedPolicy(tx, tenantId, policyVersionId) : undefined;
  const template = templateVersionId ? await findVersion(tx, tenantId, templateVersionId) : undefined;
  const asked: Partial<schema.PolicyStep>[] = policy?.steps ?? [{ channelIds }];
  const allChannels = await findChannels(tx, tenantId, [
    ...new Set(asked.flatMap((step) => step.channelIds ?? [])),
  ]);
  const steps = asked.map(({ channelIds: ids = [], when, afterSeconds }) => ({
    channels: allChannels.filter(({ id }) => ids.includes(id)),
    when,
    afterSeconds,
  }));
  return {
    channels: steps[0]?.channels ?? [],
    allChannels,
    steps,
    policyVersionId,
    template: template
      ? {
          versionId: template.id,
          name: template.name,
          category: template.category,
          variables: template.variables,
        }
      : null,
    renderings: template?.renderings ?? null,
    needsApproval: true,
    fingerprint: "",
  };
}

const toInput = ({ audience, renderings, variables, priority }: NewMessage): SendMessage => ({
  audience,
  content: renderings ?? undefined,
  variables,
  priority,
});
