import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { recordEvents } from "../callbacks/index.ts";
import { enterCancellation } from "./cancellation-lock.repository.ts";
import { REASONS } from "./delivery.rules.ts";
import { mayHaveBeenSent } from "./doubt.repository.ts";
import { leaveFlows } from "./ended-flows.repository.ts";
import { NIL_UUID } from "./expand/expansion.repository.ts";

/**
 * Ends messages of a tenant of which nothing is under way: expanded, every chunk done, no fallback waiting, no vendor to
 * be asked whether it got something. Of those that were ended before, it ends what a batch under way has left over.
 */
export async function finishMessages(tx: Tx, tenantId: string, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const messages = messageIds.map((id) => toUuid("message", id));
  const { count } = await sql`
    update messages m set state = 'completed', completed_at = now(), updated_at = now(), wake_at = null
    where m.tenant_id = ${tenant} and m.id = any(${messages}::uuid[]) and m.state = 'sending'
      and not exists(select from chunks c
        where c.tenant_id = ${tenant} and c.message_id = m.id and c.state <> 'done')
      and not exists(select from flows f
        where f.tenant_id = ${tenant} and f.message_id = m.id and f.state = 'waiting')
      and not exists(select from inquiries i
        where i.tenant_id = ${tenant} and i.message_id = m.id and i.kind = 'outcome')`;
  if (count === messages.length) return;
  const ended = await sql<{ id: string; state: "cancelled" | "expired" }[]>`
    select m.id, m.state from messages m
    where m.tenant_id = ${tenant} and m.id = any(${messages}::uuid[]) and m.state in ('cancelled', 'expired')
      and exists(select from chunks c where c.tenant_id = ${tenant} and c.message_id = m.id and c.state = 'ready')
    order by m.id`;
  for (const { id, state } of ended) await endDeliveries(tx, tenantId, fromUuid("message", id), state);
}

/**
 * `finishMessages` inside the transaction that ends chunks of theirs: of several that end at once, each waits for the one
 * before, so that the last of them sees that it is.
 */
export async function finishInTurn(tx: Tx, tenantId: string, messageIds: readonly string[]): Promise<void> {
  // A statement is sent when it is awaited: beside an async function, one that is not yet would come second.
  await Promise.all([lockMessages(tx, tenantId, messageIds), finishMessages(tx, tenantId, messageIds)]);
}

async function lockMessages({ sql }: Tx, tenantId: string, messageIds: readonly string[]): Promise<void> {
  await sql`select from messages where tenant_id = ${toUuid("tenant", tenantId)}
    and id = any(${messageIds.map((id) => toUuid("message", id))}::uuid[]) order by id for no key update`;
}

/**
 * Ends what has not been sent of a message that is ended in this transaction. Of a large one that is only a beginning: the
 * rest follows, as its flows do, some at a time.
 */
export async function endUnsent(
  tx: Tx,
  tenantId: string,
  messageId: string,
  end: "cancelled" | "expired",
): Promise<void> {
  await leaveFlows(tx, tenantId, messageId);
  await endDeliveries(tx, tenantId, messageId, end);
}

/**
 * Chunks of a message that are ended at once: quiet hours may keep back a million deliveries, more than one transaction
 * has time for.
 */
const CHUNKS_AT_ONCE = 25;
/** The same where it is recorded for up to five endpoints, which takes longer than the ending itself. */
const RECORDED_CHUNKS_AT_ONCE = 5;

/** How many chunks of a message are ended in one transaction. */
export const chunksAtOnce = ({ hasListeners }: Pick<Tx, "hasListeners">): number =>
  hasListeners ? RECORDED_CHUNKS_AT_ONCE : CHUNKS_AT_ONCE;

/**
 * Ends what has not been sent of some chunks of an ended message, of which nothing is begun any more: those first that
 * nobody has claimed. What an open attempt covers is left to its outcome. What waits to be sent again, because the vendor
 * may have it already and would drop a repeat, is `unknown`; what the vendor said it never got is not.
 */
async function endDeliveries(
  tx: Tx,
  tenantId: string,
  messageId: string,
  end: "cancelled" | "expired",
): Promise<void> {
  const { sql } = tx;
  await enterCancellation(tx, messageId);
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  const ending = await sql<{ firstId: string; lastId: string }[]>`
    with ending as materialized (
      select id, first_id, last_id from chunks
      where tenant_id = ${tenant} and message_id = ${message} and state <> 'done' order by state, id limit ${chunksAtOnce(tx)}
    ), ended as (
      update deliveries d set changed_at = now(),
        reason = case when ${end} = 'expired' and d.deferred_until >= m.expires_at
          then ${REASONS.quietHoursOutlast}
          when ${end} = 'expired' and d.reason = ${REASONS.recipientLimit} and d.limited_until >= m.expires_at
          then ${REASONS.recipientLimitOutlasts} else ${REASONS[end]} end,
        state = case when ${mayHaveBeenSent(tx, tenant, sql`c.id`)} then 'unknown' else ${end} end::delivery_state
      from ending c join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      where d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id and d.state = 'ready'
        and not exists(select from attempts a where a.tenant_id = ${tenant} and a.chunk_id = c.id
          and a.ended_at is null and d.id between a.first_id and a.last_id)
      returning d.state, d.channel_id, d.step, date_trunc('hour', d.created_at) as hour
    ), closed as (
      update chunks c set state = 'done' from ending where c.tenant_id = ${tenant} and c.id = ending.id and c.state = 'ready'
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), e.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), e.step, e.hour, e.state::text::statistics_measure, '', count(*)
      from ended e join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 3, 4, 5, 6, 7, 8
    )
    select first_id as "firstId", last_id as "lastId" from ending`;
  await recordEvents(tx, tenant, ending);
}
