import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { recordEvents } from "../callbacks/index.ts";
import { isCancelledFor, NIL_UUID, REASONS } from "../deliveries/index.ts";
import { type Inquiry, isSubject } from "./asking.repository.ts";
import type { NotFoundCase, NotFoundVerdict } from "./inquiry.rules.ts";

/** A delivery that the vendor never got, locked, with what decides about it. */
export interface NotFound extends NotFoundCase {
  id: string;
}

/**
 * Locks the chunk, and tells whether nobody holds it. A worker that ends its hold looks for what is left to send, and
 * would not see what is made ready at the same moment; while the lock is ours, nobody can begin a hold.
 */
export async function lockChunk({ sql }: Tx, { tenantId, chunkId }: Inquiry): Promise<boolean> {
  const [chunk] = await sql<{ state: string }[]>`
    select state from chunks where tenant_id = ${toUuid("tenant", tenantId)} and id = ${chunkId} for update`;
  return chunk?.state === "ready" || chunk?.state === "done";
}

/**
 * Locks those of the deliveries that are still unknown, then the flows of their users: receipts lock in the same order,
 * and the flows decide about their next step under the same lock.
 */
export async function lockNotFound({ sql }: Tx, inquiry: Inquiry, ids: string[]): Promise<NotFound[]> {
  const tenant = toUuid("tenant", inquiry.tenantId);
  const message = toUuid("message", inquiry.messageId);
  const rows = await sql<
    { id: string; user_id: string | null; step: number; state: string; is_cancelled_for: boolean }[]
  >`
    select d.id, d.user_id, d.step, m.state,
      m.cancelled_user_count > 0 and ${isCancelledFor({ sql }, tenant, sql`d`)} as is_cancelled_for
    from inquiries i
    join deliveries d on ${isSubject(sql)}
    join messages m on m.tenant_id = i.tenant_id and m.id = i.message_id
    where ${isThis(sql, inquiry)} and d.id = any(${ids}::bigint[])
    order by d.id for update of d`;
  const flows = await sql<FoundFlow[]>`
    select user_id, step, state, exists(
      select from deliveries d where d.tenant_id = f.tenant_id and d.user_id = f.user_id
        and d.message_id = f.message_id and d.state = 'recalled' offset 0) as is_recalled
    from flows f
    where tenant_id = ${tenant} and message_id = ${message}
      and user_id = any(${rows.flatMap((row) => row.user_id ?? [])}::uuid[])
    order by user_id for update`;
  const flowOf = new Map(flows.map((flow) => [flow.user_id, flow]));
  return rows.map((row) => {
    const flow = flowOf.get(row.user_id ?? "");
    return {
      id: row.id,
      messageState: row.state,
      isCancelledFor: row.is_cancelled_for,
      hasMovedOn: flow !== undefined && hasMovedOn(flow, row.step),
    };
  });
}

interface FoundFlow {
  user_id: string;
  step: number;
  state: string;
  is_recalled: boolean;
}

/** Behind its last step a flow ends exhausted while that is unknown: it is still where it was, unless a recall ended it. */
const hasMovedOn = (flow: FoundFlow, step: number): boolean =>
  flow.step > step || flow.state === "satisfied" || (flow.state === "exhausted" && flow.is_recalled);

const isThis = (sql: Tx["sql"], { tenantId, attemptId, kind }: Inquiry) => sql`(
  i.tenant_id = ${toUuid("tenant", tenantId)} and i.attempt_id = ${attemptId} and i.kind = ${kind})`;

/** What the vendor said of a delivery, and what it becomes. */
export interface Settled {
  id: string;
  said: "accepted" | "not_found";
  state: "accepted" | NotFoundVerdict["state"];
  reason: string | null;
  at: Date;
}

/**
 * Moves deliveries out of `unknown`, keeps the vendor's word for their timelines, counts, and makes their chunk due
 * where something is sent again. What a receipt has settled meanwhile is left alone.
 */
export async function settleUnknown(tx: Tx, inquiry: Inquiry, settled: Settled[]): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", inquiry.tenantId);
  const message = toUuid("message", inquiry.messageId);
  await sql`
    with word as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(settled)}::jsonb)
        as w(id bigint, said text, state delivery_state, reason text, at timestamptz)
    ), moved as (
      update deliveries d set state = w.state, reason = w.reason, reason_detail = null, changed_at = now(),
        accepted_at = case w.state when 'accepted' then least(greatest(w.at, ${inquiry.sentAt}), now()) end,
        unit_count = case w.state when 'accepted' then d.unit_count end,
        cost = case w.state when 'accepted' then d.cost end,
        currency = case w.state when 'accepted' then d.currency end
      from word w, inquiries i
      where ${isThis(sql, inquiry)} and d.id = w.id and ${isSubject(sql)}
      returning d.id, d.user_id, d.channel_id, d.step, d.state, d.reason, date_trunc('hour', d.created_at) as hour,
        w.said, w.at, d.unit_count, d.cost, d.currency
    ), kept as (
      insert into receipts (tenant_id, channel_id, event_id, type, target, happened_at, delivery_id, applied_at)
      select ${tenant}, channel_id, concat_ws(':', 'query', ${inquiry.attemptId}::text, id, said), said, '{}', at, id, now()
      from moved order by id on conflict do nothing
    ), reopened as (
      update chunks c set state = 'ready', due_at = case m.state when 'paused' then 'infinity' else now() end
      from messages m
      where c.tenant_id = ${tenant} and c.id = ${inquiry.chunkId} and c.state = 'done'
        and m.tenant_id = ${tenant} and m.id = ${message} and exists(select from moved where state = 'ready')
    ), resumed as (
      -- It ended while this was unknown; now it waits for what becomes of it.
      update flows f set state = 'waiting' from moved
      where moved.state = 'ready' and f.tenant_id = ${tenant} and f.message_id = ${message}
        and f.user_id = moved.user_id and f.step = moved.step and f.state = 'exhausted'
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), moved.channel_id,
      coalesce(v.template_id, ${NIL_UUID}), moved.step, moved.hour, c.measure, c.reason, sum(c.amount)
    from moved
    join messages m on m.tenant_id = ${tenant} and m.id = ${message}
    left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
    cross join lateral (
      select 'unknown'::statistics_measure as measure, '' as reason, -1 as amount
      union all select 'submitted', '', 1 where moved.state = 'accepted'
      union all select 'units', '', moved.unit_count where moved.unit_count is not null
      union all select 'cost', moved.currency, moved.cost where moved.cost is not null
      union all select 'failed', moved.reason, 1 where moved.state = 'failed'
      union all select moved.state::text::statistics_measure, '', 1 where moved.state in ('cancelled', 'expired')
    ) c
    group by 3, 4, 5, 6, 7, 8, 9`;
  const ids = settled.map(({ id }) => id);
  await recordEvents(tx, tenant, ids);
}

/** What is left of an inquiry: unasked deliveries of this round, and those without an answer. */
export async function lookAtRest(
  { sql }: Tx,
  inquiry: Inquiry,
): Promise<{ hasMore: boolean; hasOpen: boolean }> {
  const lastAsked = inquiry.asked.at(-1)?.id;
  const [row] = await sql<[{ has_more: boolean; has_open: boolean }?]>`
    select exists(select from deliveries d where ${isSubject(sql)}) as has_open,
      exists(select from deliveries d where ${isSubject(sql)} and d.id > ${lastAsked ?? inquiry.lastId}) as has_more
    from inquiries i where ${isThis(sql, inquiry)} for update`;
  return { hasMore: row?.has_more ?? false, hasOpen: row?.has_open ?? false };
}

/** Goes on in the same round at once, behind what was asked about. */
export async function continueRound({ sql }: Tx, inquiry: Inquiry): Promise<void> {
  await sql`update inquiries i set cursor = ${inquiry.asked.at(-1)?.id ?? inquiry.lastId}, ask_at = now()
    where ${isThis(sql, inquiry)}`;
}

/** Begins the next round after a pause. */
export async function beginRound({ sql }: Tx, inquiry: Inquiry, pauseSeconds: number): Promise<void> {
  await sql`update inquiries i set cursor = null, round_count = round_count + 1,
      ask_at = now() + make_interval(secs => ${pauseSeconds})
    where ${isThis(sql, inquiry)}`;
}

/** Ends an inquiry; what it has not found out stays unknown, since the same moment, and says so. */
export async function endInquiry({ sql }: Tx, inquiry: Inquiry): Promise<void> {
  await sql`
    with given_up as (
      update deliveries d set reason = ${REASONS.unanswered}
      from inquiries i where ${isThis(sql, inquiry)} and i.kind = 'outcome' and ${isSubject(sql)}
    )
    delete from inquiries i where ${isThis(sql, inquiry)}`;
}
