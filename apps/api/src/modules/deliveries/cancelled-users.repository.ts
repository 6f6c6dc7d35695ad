import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { enterCancellation } from "./cancellation-lock.repository.ts";
import { LEFT_STATES, REASONS } from "./delivery.rules.ts";
import { withdrawRows } from "./send/withdrawal.repository.ts";

/** What cancelling a message for some users has changed. */
export interface UsersCancelled {
  /** Users for whom it had not been cancelled before. */
  newCount: number;
  /** Deliveries that were to be sent. */
  deliveryCount: number;
}

/**
 * Cancels a message, which the caller has locked, for users given by their row keys. What is under way is left to its
 * outcome, and what that leaves to be sent to the sweeper.
 */
export async function cancelForUsers(
  tx: Tx,
  tenantId: string,
  messageId: string,
  userKeys: readonly string[],
): Promise<UsersCancelled> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  await enterCancellation(tx, messageId);
  const [{ count: newCount }] = await sql<[{ count: number }]>`
    with added as (
      insert into cancelled_users (tenant_id, message_id, user_id, is_unfinished)
      select ${tenant}, ${message}, id, true from unnest(${[...userKeys]}::uuid[]) as named(id)
      on conflict do nothing returning user_id
    ), counted as (
      update messages set cancelled_user_count = cancelled_user_count + (select count(*) from added)
      where tenant_id = ${tenant} and id = ${message} and exists(select from added)
    )
    select count(*)::int as count from added`;
  const rows = await withdrawRows(tx, { tenantId, messageId }, userKeys.map(toWithdrawn));
  return { newCount, deliveryCount: rows.length };
}

const toWithdrawn = (userId: string) => ({ userId, afterStep: -1, reason: REASONS.userCancelled });

/**
 * What has become of a message for a user: something of it has left or is under way, all of it was stopped or had ended
 * without leaving, or none has been made yet.
 */
export type UserStanding = "sent" | "cancelled" | "ended" | "not_made";

/** How a message stands for users, by their row keys. */
export async function readStandings(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  userKeys: readonly string[],
): Promise<Map<string, UserStanding>> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql<{ id: string; standing: UserStanding }[]>`
    select named.id, case when d.amount = 0 then 'not_made' when d.has_left then 'sent'
      when d.is_cancelled then 'cancelled' else 'ended' end as standing
    from unnest(${[...userKeys]}::uuid[]) as named(id) cross join lateral (
      select count(*) as amount, bool_or(state = any(${["ready", ...LEFT_STATES]}::text[]::delivery_state[])) as has_left,
        bool_or(state = 'cancelled') as is_cancelled
      from (
        select state from deliveries d where d.tenant_id = ${tenant} and d.user_id = named.id
          and d.message_id = ${toUuid("message", messageId)} offset 0
      ) own
    ) d`;
  return new Map(rows.map(({ id, standing }) => [id, standing]));
}

interface CancelledMessage {
  tenantId: string;
  messageId: string;
}

/** Messages that were cancelled for users of whom something is still to be ended. Runs as the dispatcher, across tenants. */
export async function listWithUsersLeft({ sql }: Tx, limit: number): Promise<CancelledMessage[]> {
  const rows = await sql<{ tenant_id: string; message_id: string }[]>`
    select distinct tenant_id, message_id from cancelled_users where is_unfinished limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.message_id),
  }));
}

/**
 * Ends what is left of users for whom a message was cancelled: their flows, and what has still to be sent of a step that was
 * made meanwhile, or of a batch that was under way. What others hold is left to the next round. True when there is more to
 * be done at once.
 */
export async function endLeftOfUsers(tx: Tx, cancelled: CancelledMessage, limit: number): Promise<boolean> {
  const { sql } = tx;
  const tenant = toUuid("tenant", cancelled.tenantId);
  const message = toUuid("message", cancelled.messageId);
  const own = sql`f.tenant_id = ${tenant} and f.message_id = ${message}`;
  await enterCancellation(tx, cancelled.messageId);
  const users = await sql<{ userId: string; isHeld: boolean }[]>`
    with looked_at as materialized (
      select user_id from cancelled_users
      where tenant_id = ${tenant} and message_id = ${message} and is_unfinished
      limit ${limit} for update skip locked
    ), free as materialized (
      select f.user_id from flows f
      where ${own} and f.user_id in (select user_id from looked_at) and f.state = 'waiting'
      for update skip locked
    ), stopped as (
      update flows f set state = 'exhausted', wake_at = null from free where ${own} and f.user_id = free.user_id
      returning f.user_id
    )
    select l.user_id as "userId", exists(select from flows f where ${own} and f.user_id = l.user_id
      and f.state = 'waiting' and f.user_id not in (select user_id from stopped)) as "isHeld"
    from looked_at l`;
  const free = users.flatMap(({ userId, isHeld }) => (isHeld ? [] : [userId]));
  await withdrawRows(tx, cancelled, free.map(toWithdrawn));
  const { count: endedCount } = await sql`
    update cancelled_users x set is_unfinished = false
    where x.tenant_id = ${tenant} and x.message_id = ${message} and x.user_id = any(${free}::uuid[])
      and not exists(select from deliveries d where d.tenant_id = ${tenant} and d.user_id = x.user_id
        and d.message_id = ${message} and d.state = 'ready' offset 0)`;
  return endedCount === limit;
}
