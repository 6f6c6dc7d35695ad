import { schema } from "@tidings/db";
import { and, desc, eq, exists, inArray, lt, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { isId, toUuid } from "../../platform/ids.ts";
import type { AskedMoney } from "../costs/index.ts";
import { UNTRACKED } from "../templates/index.ts";
import type { Counts } from "./counts.rules.ts";

const {
  approvalRequests,
  channels,
  chunks,
  members,
  messages,
  occurrences,
  policies,
  policyVersions,
  sources,
  templates,
  templateVersions,
} = schema;

const columns = {
  id: messages.id,
  title: messages.title,
  state: messages.state,
  priority: messages.priority,
  category: messages.category,
  options: messages.options,
  audience: messages.audience,
  needsApproval: messages.needsApproval,
  isTest: messages.isTest,
  scheduledAt: messages.scheduledAt,
  timeZone: messages.timeZone,
  pausedFrom: messages.pausedFrom,
  expiresAt: messages.expiresAt,
  rate: messages.rate,
  expandFailureCount: messages.expandFailureCount,
  expandAgainAt: messages.expandAgainAt,
  createdAt: messages.createdAt,
  completedAt: messages.completedAt,
  source: { id: sources.id, name: sources.name },
  author: { id: members.id, name: members.name },
};

export interface MessageRow {
  id: string;
  title: string;
  state: (typeof schema.messageState.enumValues)[number];
  priority: number;
  category: schema.MessageCategory;
  options: schema.SendingOptions;
  audience: schema.Audience;
  needsApproval: boolean;
  /** Sent to try a channel: the tenant's statistics leave it out. */
  isTest: boolean;
  scheduledAt: Date | null;
  timeZone: string | null;
  /** What a paused message was. */
  pausedFrom: MessageRow["state"] | null;
  expiresAt: Date | null;
  rate: schema.Rate | null;
  /** How often in a row making its deliveries has failed, and when that is tried again. */
  expandFailureCount: number;
  expandAgainAt: Date | null;
  createdAt: Date;
  completedAt: Date | null;
  source: { id: string; name: string } | null;
  author: { id: string; name: string } | null;
}

export interface MessageProgress {
  /** How many people or typed addresses it is for, each once. */
  recipients: number;
  /** Deliveries over all steps and channels. */
  counts: Counts;
  /** By currency. */
  cost: AskedMoney[];
}

export interface MessageFilter {
  state?: MessageRow["state"] | undefined;
  sourceId?: string | undefined;
  /** Only messages that have deliveries by this channel. */
  channelId?: string | undefined;
  isTest?: boolean | undefined;
  /** Only messages that have deliveries with this reason. */
  reason?: string | undefined;
}

const withNames = (tx: Tx) =>
  tx.db
    .select(columns)
    .from(messages)
    .leftJoin(sources, and(eq(sources.tenantId, messages.tenantId), eq(sources.id, messages.sourceId)))
    .leftJoin(members, and(eq(members.tenantId, messages.tenantId), eq(members.id, messages.authorId)));

/** Messages, newest first. */
export async function listMessages(
  tx: Tx,
  tenantId: string,
  filter: MessageFilter,
  page: PageRequest,
): Promise<MessageRow[]> {
  const cursor = readCursor(page, "message");
  return withNames(tx)
    .where(
      and(
        eq(messages.tenantId, tenantId),
        filter.state ? eq(messages.state, filter.state) : undefined,
        filter.sourceId ? eq(messages.sourceId, filter.sourceId) : undefined,
        filter.channelId ? hasDeliveriesBy(tx, filter.channelId) : undefined,
        filter.isTest === undefined ? undefined : eq(messages.isTest, filter.isTest),
        filter.reason === undefined ? undefined : hasReason(tenantId, filter.reason),
        cursor && isId("message", cursor) ? lt(messages.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(page.limit + 1);
}

/** One probe of an index for each message: chunks are found by their message. */
const hasDeliveriesBy = (tx: Tx, channelId: string) =>
  exists(
    tx.db
      .select({ id: chunks.id })
      .from(chunks)
      .where(
        and(
          eq(chunks.tenantId, messages.tenantId),
          eq(chunks.messageId, messages.id),
          eq(chunks.channelId, channelId),
        ),
      ),
  );

/** By the counts of reasons, those included that are not compacted yet. An empty reason is none. */
const hasReason = (tenantId: string, reason: string) => {
  const counted = sql`tenant_id = ${toUuid("tenant", tenantId)} and reason = ${reason} and reason <> '' and count > 0`;
  return sql`${messages.id} in (
    select message_id from message_totals where ${counted}
    union all select message_id from statistics_deltas where ${counted})`;
};

export async function findMessage(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<MessageRow | undefined> {
  const [row] = await withNames(tx).where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)));
  return row;
}

/** What the message page shows beyond a list row. */
export interface MessageContent {
  variables: Record<string, string | number>;
  renderings: schema.Renderings;
  options: schema.SendingOptions;
  tracking: schema.Tracking;
  contentHash: Uint8Array;
  channelIds: string[];
  template: { id: string; name: string; version: number } | null;
  policy: { id: string; name: string; version: number; steps: schema.PolicyStep[] } | null;
  /** Users for whom it was cancelled while it goes on for the others. */
  cancelledUserCount: number;
  approvalRequestId: string | null;
}

const contentColumns = {
  variables: messages.variables,
  renderings: messages.renderings,
  templateRenderings: templateVersions.renderings,
  options: messages.options,
  tracking: messages.tracking,
  templateTracking: templateVersions.tracking,
  contentHash: messages.contentHash,
  channelIds: messages.channelIds,
  templateId: templates.id,
  templateName: templates.name,
  templateNumber: templateVersions.number,
  policyId: policies.id,
  policyName: policies.name,
  policyNumber: policyVersions.number,
  steps: policyVersions.steps,
  cancelledUserCount: messages.cancelledUserCount,
  approvalRequestId: approvalRequests.id,
};

export async function getMessageContent(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<MessageContent> {
  const [row] = await tx.db
    .select(contentColumns)
    .from(messages)
    .leftJoin(
      templateVersions,
      and(
        eq(templateVersions.tenantId, messages.tenantId),
        eq(templateVersions.id, messages.templateVersionId),
      ),
    )
    .leftJoin(
      templates,
      and(eq(templates.tenantId, messages.tenantId), eq(templates.id, templateVersions.templateId)),
    )
    .leftJoin(
      policyVersions,
      and(eq(policyVersions.tenantId, messages.tenantId), eq(policyVersions.id, messages.policyVersionId)),
    )
    .leftJoin(
      policies,
      and(eq(policies.tenantId, messages.tenantId), eq(policies.id, policyVersions.policyId)),
    )
    .leftJoin(
      approvalRequests,
      and(eq(approvalRequests.tenantId, messages.tenantId), eq(approvalRequests.subjectId, messageId)),
    )
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)))
    .orderBy(desc(approvalRequests.id))
    .limit(1);
  if (!row) throw new Error("the message has gone between two statements of one transaction");
  const { templateId, templateName, templateNumber, policyId, policyName, policyNumber } = row;
  return {
    variables: row.variables,
    renderings: row.renderings ?? row.templateRenderings ?? {},
    options: row.options,
    tracking: row.tracking ?? row.templateTracking ?? UNTRACKED,
    contentHash: row.contentHash,
    channelIds: row.channelIds,
    template:
      templateId && templateName && templateNumber
        ? { id: templateId, name: templateName, version: templateNumber }
        : null,
    policy:
      policyId && policyName && policyNumber && row.steps
        ? { id: policyId, name: policyName, version: policyNumber, steps: row.steps }
        : null,
    cancelledUserCount: row.cancelledUserCount,
    approvalRequestId: row.approvalRequestId,
  };
}

/** The series that the message is an occurrence of. */
export async function findSeriesId(tx: Tx, tenantId: string, messageId: string): Promise<string | null> {
  const [row] = await tx.db
    .select({ seriesId: occurrences.seriesId })
    .from(occurrences)
    .where(and(eq(occurrences.tenantId, tenantId), eq(occurrences.messageId, messageId)));
  return row?.seriesId ?? null;
}

export type NamedChannel = Pick<typeof channels.$inferSelect, "id" | "name" | "kind">;

export async function listChannels(tx: Tx, tenantId: string): Promise<NamedChannel[]> {
  return tx.db
    .select({ id: channels.id, name: channels.name, kind: channels.kind })
    .from(channels)
    .where(eq(channels.tenantId, tenantId))
    .limit(1000);
}

/** Ends a message from a state it has to be in; false when it was in another. */
export async function endMessage(
  tx: Tx,
  tenantId: string,
  messageId: string,
  from: MessageRow["state"][],
  to: "cancelled",
): Promise<boolean> {
  const rows = await tx.db
    .update(messages)
    .set({ state: to, wakeAt: null, pausedFrom: null, updatedAt: new Date() })
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId), inArray(messages.state, from)))
    .returning({ id: messages.id });
  return rows.length > 0;
}
