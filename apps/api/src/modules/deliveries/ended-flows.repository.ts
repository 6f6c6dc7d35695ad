import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/*
 * A cancelled or expired message may have a million flows that wait: too many to end with it. They are ended after it,
 * some at a time, and until then whoever reads them asks for the message's state too.
 *
 * Such a message is due at the end of time. That keeps it apart from what is due at some moment, and the index finds it.
 */

export interface EndedMessage {
  tenantId: string;
  messageId: string;
}

/** Has the flows of a message ended that is being ended in this transaction. */
export async function leaveFlows({ sql }: Tx, tenantId: string, messageId: string): Promise<void> {
  await sql`update messages set wake_at = 'infinity'
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("message", messageId)}
      and policy_version_id is not null`;
}

/** Ended messages whose flows are still to be ended. Runs as the dispatcher, across tenants. */
export async function listWithFlowsLeft({ sql }: Tx, limit: number): Promise<EndedMessage[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from messages where wake_at = 'infinity' limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.id),
  }));
}

/** Takes an ended message up until the transaction ends; false when somebody else has it, or nothing of it is left. */
export async function takeWithFlowsLeft({ sql }: Tx, ended: EndedMessage): Promise<boolean> {
  const rows = await sql`
    select from messages where tenant_id = ${toUuid("tenant", ended.tenantId)}
      and id = ${toUuid("message", ended.messageId)} and wake_at = 'infinity'
    for no key update skip locked`;
  return rows.length > 0;
}

/** What a walk through some of a message's flows has come to. */
export interface FlowSlice {
  /** The user of the last of them; undefined when there are none behind the place. */
  lastUserId: string | undefined;
  /** How many others hold, so that they still wait. */
  heldCount: number;
}

/**
 * Ends those that wait of the next flows behind `afterUserId`, a row key. Looks at waiting ones and ended ones alike, so
 * that it takes the same time wherever the walk is, and waits for nobody: batches lock flows first and the message
 * afterwards.
 */
export async function endFlows(
  { sql }: Tx,
  ended: EndedMessage,
  afterUserId: string,
  limit: number,
): Promise<FlowSlice> {
  const own = sql`f.tenant_id = ${toUuid("tenant", ended.tenantId)}
    and f.message_id = ${toUuid("message", ended.messageId)} and f.user_id > ${afterUserId}::uuid`;
  // Both ends of the slice are named wherever it is read: a join alone would read the flows of the whole message.
  const slice = sql`${own} and f.user_id <= (select user_id from last)`;
  const [row] = await sql<[{ lastUserId: string | null; heldCount: number }]>`
    with looked_at as materialized (
      select f.user_id, f.state from flows f where ${own} order by f.user_id limit ${limit}
    ), last as materialized (
      select user_id from looked_at order by user_id desc limit 1
    ), free as materialized (
      select f.user_id from flows f where ${slice} and f.state = 'waiting' for update skip locked
    ), stopped as (
      update flows f set state = 'exhausted', wake_at = null from free where ${slice} and f.user_id = free.user_id
      returning f.user_id
    )
    select (select user_id from last) as "lastUserId",
      (select count(*) from looked_at where state = 'waiting')::int - (select count(*) from stopped)::int as "heldCount"`;
  return { lastUserId: row.lastUserId ?? undefined, heldCount: row.heldCount };
}

/** Nothing of the ended message is left to be done. */
export async function leaveNothing({ sql }: Tx, ended: EndedMessage): Promise<void> {
  await sql`update messages set wake_at = null where tenant_id = ${toUuid("tenant", ended.tenantId)}
    and id = ${toUuid("message", ended.messageId)} and wake_at = 'infinity'`;
}
