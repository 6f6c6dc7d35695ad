import type { schema } from "@tidings/db";
import type { Fragment, Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { contentKeyOf } from "./duplicates.repository.ts";
import type { ExpandingMessage } from "./slice.repository.ts";

export interface FoundMessage {
  tenantId: string;
  messageId: string;
}

/** Messages that still have deliveries to make. Runs as the dispatcher, across tenants. */
export async function listExpanding({ sql }: Tx, limit: number): Promise<FoundMessage[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from messages where state = 'expanding' order by id limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.id),
  }));
}

export type LockedMessage = Omit<ExpandingMessage, "audience"> & {
  audience: schema.Audience;
  /** A rate that is still to be worked out from the audience. */
  openRate: schema.Rate | null;
};

/**
 * Reserves a message for its next slice; undefined when it is not expanding any more or another expander has it. Not
 * by a lock on the row: every batch under way share-locks that one, and would wait for the slice. What may happen to
 * the message meanwhile is found by `moveCursor` and `markExpanded`.
 */
export function reserveExpanding(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<LockedMessage | undefined> {
  const tenant = toUuid("tenant", tenantId);
  const reserved = tx.sql`
    select * from messages m
    where m.tenant_id = ${tenant} and m.id = ${toUuid("message", messageId)} and m.state = 'expanding'
      and pg_try_advisory_xact_lock(hashtextextended(m.id::text, 0))`;
  return readExpanding(tx, tenant, reserved);
}

/** What expanding has to know of a message, whose row `message` finds. */
export async function readExpanding(
  tx: Tx,
  tenant: string,
  message: Fragment,
): Promise<LockedMessage | undefined> {
  const [row] = await tx.sql<
    {
      id: string;
      audience: schema.Audience;
      source_id: string | null;
      priority: number;
      category: LockedMessage["category"];
      options: schema.SendingOptions;
      has_policy: boolean;
      content_key: Buffer | null;
      template_id: string | null;
      channels: { id: string; kind: string }[];
      expand_cursor: string;
      rate: schema.Rate | null;
      rate_per_second: number | null;
    }[]
  >`
    select m.id, m.audience, m.source_id, m.priority, m.category, m.policy_version_id is not null as has_policy,
      m.options, ${contentKeyOf(tx)} as content_key,
      (select v.template_id from template_versions v
        where v.tenant_id = ${tenant} and v.id = m.template_version_id) as template_id,
      (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'kind', c.kind) order by c.id), '[]') from channels c
        where c.tenant_id = ${tenant} and c.id = any(m.channel_ids)) as channels,
      m.expand_cursor, m.rate, m.rate_per_second
    from (${message}) m`;
  return (
    row && {
      id: row.id,
      audience: row.audience,
      sourceId: row.source_id,
      priority: row.priority,
      category: row.category,
      options: row.options,
      hasPolicy: row.has_policy,
      contentKey: row.content_key,
      templateId: row.template_id,
      channels: row.channels,
      expandCursor: row.expand_cursor,
      openRate: row.rate_per_second === null ? row.rate : null,
    }
  );
}

export async function countUnsentChunks({ sql }: Tx, tenantId: string, messageId: string): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from chunks
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = ${toUuid("message", messageId)}
      and state <> 'done'`;
  return row.count;
}

/** Moves the cursor behind the slice; false when the message was cancelled or another expander moved it first. */
export async function moveCursor(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  cursor: { from: string; to: string },
): Promise<boolean> {
  const rows = await sql`update messages set expand_cursor = ${cursor.to}, updated_at = now()
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("message", messageId)}
      and state = 'expanding' and expand_cursor = ${cursor.from} returning id`;
  return rows.length > 0;
}

/** False when the message is not expanding any more. */
export async function markExpanded({ sql }: Tx, tenantId: string, messageId: string): Promise<boolean> {
  const rows = await sql`update messages set state = 'sending', updated_at = now()
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("message", messageId)}
      and state = 'expanding' returning id`;
  return rows.length > 0;
}
