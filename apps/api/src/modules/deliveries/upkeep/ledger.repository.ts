import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";

/*
 * What must hold of the books at any moment. Each query answers what does not hold; `scope` narrows it to some chunks
 * `c`, so that the ledger can go through the books in slices and tests can look at all of them at once.
 */

type Sql = Tx["sql"];

export const LEDGER_KINDS = [
  "chunk_rows",
  "chunk_overlap",
  "stranded",
  "open_chunk",
  "lost_lease",
  "counts",
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

export interface Discrepancy {
  kind: LedgerKind;
  message_id: string;
  chunk_id: string;
}

/** What nobody has swept, or ended after a cancellation, for this long, minutes. */
const LOST_AFTER_MINUTES = 5;

/**
 * Every chunk holds as many rows to be sent as it says, shares none with another, and is there as long as one of them
 * has no final state; an ended message has no chunk that waits.
 */
export const brokenChunks = (sql: Sql, scope: Fragment) => sql<Discrepancy[]>`
  select found.kind, c.message_id, c.id::text as chunk_id
  from chunks c
  join messages m on m.tenant_id = c.tenant_id and m.id = c.message_id
  cross join lateral (
    select count(*) filter (where d.state <> 'suppressed') as sendable_rows,
      count(*) filter (where d.state = 'ready') as ready_rows
    from deliveries d
    where d.tenant_id = c.tenant_id and d.id between c.first_id and c.last_id and d.message_id = c.message_id
      and d.channel_id = c.channel_id and d.step = c.step
  ) d
  cross join lateral unnest(array[
    case when d.sendable_rows <> c.delivery_count then 'chunk_rows' end,
    case when exists(select from chunks o where o.tenant_id = c.tenant_id and o.id <> c.id
      and o.first_id between c.first_id and c.last_id) then 'chunk_overlap' end,
    case when c.state = 'done' and d.ready_rows > 0 then 'stranded' end,
    case when c.state <> 'done' and m.state = 'completed'
      or c.state = 'ready' and m.state in ('cancelled', 'expired') and c.due_at < now() - make_interval(mins => ${LOST_AFTER_MINUTES})
      then 'open_chunk' end,
    case when c.state in ('queued', 'sending')
      and c.lease_until < now() - make_interval(mins => ${LOST_AFTER_MINUTES}) then 'lost_lease' end
  ]) as found(kind)
  where found.kind is not null and ${scope}`;

/** Deliveries `d` of `from` that are counted alike, a row for each kind of them, by columns of `d` and what is joined. */
export const countedAlike = (sql: Sql, by: Fragment, from: Fragment) => sql`
  select ${by}, d.state, d.reason, d.currency, d.accepted_at is not null as is_accepted,
    d.delivered_at is not null as has_arrived, d.read_at is not null as is_read, d.clicked_at is not null as is_clicked,
    d.wasted_at is not null as is_wasted, count(*) as amount, sum(d.unit_count) as unit_count, sum(d.cost) as cost
  from ${from}
  group by ${by}, d.state, d.reason, d.currency, d.accepted_at is not null, d.delivered_at is not null,
    d.read_at is not null, d.clicked_at is not null, d.wasted_at is not null`;

/** By what alike deliveries `d` are counted, and how much they add: the measures of the statistics, from the rows alone. */
export const measuresOf = (sql: Sql) => sql`(
  select 'units' as measure, '' as reason, d.unit_count as amount
    where d.unit_count is not null and d.state <> 'unknown'
  union all select 'cost', d.currency, d.cost where d.cost is not null and d.state <> 'unknown'
  union all select *, d.amount from (select 'targeted' as measure, '' as reason
  union all select 'valid', '' where d.state <> 'suppressed'
  union all select 'submitted', ''
    where d.is_accepted or d.state in ('accepted', 'delivered', 'undelivered', 'recalled')
  union all select 'delivered', '' where d.state = 'delivered' or d.state = 'recalled' and d.has_arrived
  union all select 'undelivered', d.reason where d.state = 'undelivered'
  union all select 'suppressed', d.reason where d.state = 'suppressed'
  union all select 'failed', d.reason where d.state = 'failed'
  union all select 'unknown', '' where d.state = 'unknown'
  union all select 'cancelled', '' where d.state = 'cancelled'
  union all select 'expired', '' where d.state = 'expired'
  union all select 'recalled', '' where d.state = 'recalled'
  union all select 'read', '' where d.is_read
  union all select 'clicked', '' where d.is_clicked
  union all select 'wasted', '' where d.is_wasted) counts
)`;

/** Messages whose roll-up with its deltas differs from the rows of their chunks. */
export function wrongTotals(sql: Sql, tenant: string, messages: string[]) {
  const ofMessages = sql`chunks c
    join deliveries d on d.tenant_id = c.tenant_id and d.id between c.first_id and c.last_id
    where c.tenant_id = ${tenant} and c.message_id = any(${messages}::uuid[])`;
  return sql<Discrepancy[]>`
  with counted as (
    select message_id, channel_id, step, measure, reason, sum(count) as count from (
      select message_id, channel_id, step, measure::text, reason, count from message_totals
      where tenant_id = ${tenant} and message_id = any(${messages}::uuid[])
      union all
      select message_id, channel_id, step, measure::text, reason, count from statistics_deltas
      where tenant_id = ${tenant} and message_id = any(${messages}::uuid[])
    ) parts group by 1, 2, 3, 4, 5
  ), actual as (
    select d.message_id, d.channel_id, d.step, counted.measure, counted.reason, sum(counted.amount) as count
    from (${countedAlike(sql, sql`d.message_id, d.channel_id, d.step`, ofMessages)}) d
    cross join lateral ${measuresOf(sql)} counted
    group by 1, 2, 3, 4, 5
  )
  select distinct 'counts' as kind, message_id, '' as chunk_id
  from counted full join actual using (message_id, channel_id, step, measure, reason)
  where coalesce(counted.count, 0) <> coalesce(actual.count, 0)`;
}

export interface LedgerSlice {
  tenantId: string;
  fromChunkId: string;
  toChunkId: string;
  messageIds: string[];
}

/** The next chunks after the cursor, as slices of one tenant each. Runs as the dispatcher, across tenants. */
export async function nextSlices({ sql }: Tx, afterChunkId: string, limit: number): Promise<LedgerSlice[]> {
  const rows = await sql<{ tenant_id: string; first: string; last: string; messages: string[] }[]>`
    select tenant_id, min(id)::text as first, max(id)::text as last, array_agg(distinct message_id) as messages
    from (select tenant_id, id, message_id from chunks where id > ${afterChunkId} order by id limit ${limit}) next
    group by tenant_id`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    fromChunkId: row.first,
    toChunkId: row.last,
    messageIds: row.messages,
  }));
}

/** What is wrong with a slice, and with the totals of its messages that are small enough to be counted at once. */
export async function checkSlice(
  { sql }: Tx,
  slice: LedgerSlice,
  maxDeliveries: number,
): Promise<{ discrepancies: Discrepancy[]; uncountedMessages: number }> {
  const tenant = toUuid("tenant", slice.tenantId);
  const broken = await brokenChunks(
    sql,
    sql`c.tenant_id = ${tenant} and c.id between ${slice.fromChunkId} and ${slice.toChunkId}`,
  );
  const small = await sql<{ message_id: string }[]>`
    select message_id from chunks where tenant_id = ${tenant} and message_id = any(${slice.messageIds}::uuid[])
    group by message_id having sum(delivery_count) <= ${maxDeliveries}`;
  const wrong = await wrongTotals(
    sql,
    tenant,
    small.map((row) => row.message_id),
  );
  return {
    discrepancies: [...broken, ...wrong],
    uncountedMessages: slice.messageIds.length - small.length,
  };
}
