import {
  brokenChunks,
  countedAlike,
  measuresOf,
} from "../../src/modules/deliveries/upkeep/ledger.repository.ts";
import type { Installation } from "./installation.ts";

type Sql = Parameters<Parameters<Installation["books"]["transaction"]>[0]>[0]["sql"];
export type Books = Pick<Installation, "books">;

/** What must be empty after every scenario, by what it would mean. */
export const INVARIANTS = {
  "something was left open": (sql: Sql) => openEnds(sql),
  "a chunk is wrong": (sql: Sql) => brokenChunks(sql, sql`true`),
  "rows contradict each other": (sql: Sql) => brokenRows(sql),
  "a row refers to another tenant's": (sql: Sql) => strangers(sql),
  "the statistics differ from the rows": (sql: Sql) => wrongCounts(sql),
  "delivered ≤ submitted ≤ targeted": (sql: Sql) => impossibleBuckets(sql),
  "the events differ from the rows": (sql: Sql) => wrongEvents(sql),
};
export type Invariant = keyof typeof INVARIANTS;

/** Rows that break an invariant, a few of them. */
export function findBreaches({ books }: Books, invariant: Invariant): Promise<object[]> {
  return books.transaction(async ({ sql }) => [...(await INVARIANTS[invariant](sql))].slice(0, 5), PATIENCE);
}

const PATIENCE = { deadlineMs: 30_000, statementTimeoutMs: 30_000 };

/** Ended messages have no delivery without a final state, no open attempt, no chunk that waits. */
const openEnds = (sql: Sql) => sql`
  select 'delivery' as what, d.id::text, d.state::text, m.state::text as message from deliveries d
    join messages m on m.tenant_id = d.tenant_id and m.id = d.message_id
    where d.state = 'ready' and m.state in ('completed', 'cancelled', 'expired')
  union all
  select 'chunk', c.id::text, c.state::text, m.state::text from chunks c
    join messages m on m.tenant_id = c.tenant_id and m.id = c.message_id
    where c.state <> 'done' and m.state in ('completed', 'cancelled', 'expired')
  union all
  select 'attempt', a.id::text, 'open', c.state::text from attempts a
    join chunks c on c.tenant_id = a.tenant_id and c.id = a.chunk_id where a.ended_at is null and c.state = 'done'
  union all
  select 'flow', f.user_id::text, f.state::text, m.state::text from flows f
    join messages m on m.tenant_id = f.tenant_id and m.id = f.message_id
    where f.state = 'waiting' and m.state in ('completed', 'cancelled', 'expired')
  union all
  select 'inquiry', i.attempt_id::text, i.kind::text, m.state::text from inquiries i
    join messages m on m.tenant_id = i.tenant_id and m.id = i.message_id
    where i.kind = 'outcome' and m.state in ('completed', 'cancelled', 'expired')
  union all
  select 'recall', r.id::text, r.state::text, '' from recalls r where r.state = 'running'
  union all
  select 'message', m.id::text, m.state::text, '' from messages m
    where m.state in ('expanding', 'sending', 'paused')`;

/** One row per recipient, step and channel; every row in exactly one chunk; every exit with its reason. */
const brokenRows = (sql: Sql) => sql`
  select 'twice' as what, min(id)::text as id from deliveries where user_id is not null
    group by tenant_id, message_id, user_id, step, channel_id having count(*) > 1
  union all
  select 'chunks', d.id::text from deliveries d
    where (select count(*) from chunks c where c.tenant_id = d.tenant_id and c.message_id = d.message_id
      and c.channel_id = d.channel_id and c.step = d.step and d.id between c.first_id and c.last_id) <> 1
  union all
  select 'reason', id::text from deliveries
    where state in ('failed', 'suppressed', 'unknown', 'undelivered', 'cancelled', 'expired', 'recalled')
      and reason is null
  union all
  select 'moments', id::text from deliveries
    where (state = 'delivered') <> (delivered_at is not null) and state not in ('undelivered', 'recalled')
      or (read_at is not null and state not in ('delivered', 'recalled'))
      or (state = 'accepted' and accepted_at is null)`;

/** Keys without foreign keys: each must lead to a row of the same tenant. */
const strangers = (sql: Sql) => sql`
  select 'message' as what, d.id::text from deliveries d
    where not exists(select from messages m where m.tenant_id = d.tenant_id and m.id = d.message_id)
  union all
  select 'user', d.id::text from deliveries d where d.user_id is not null
    and not exists(select from users u where u.tenant_id = d.tenant_id and u.id = d.user_id)
    and exists(select from users u where u.id = d.user_id)
  union all
  select 'channel', d.id::text from deliveries d
    where not exists(select from channels c where c.tenant_id = d.tenant_id and c.id = d.channel_id)
    and exists(select from channels c where c.id = d.channel_id)
  union all
  select 'receipt', r.event_id from receipts r where r.delivery_id is not null
    and not exists(select from deliveries d where d.tenant_id = r.tenant_id and d.id = r.delivery_id
      and d.channel_id = r.channel_id)
  union all
  select 'attempt', a.id::text from attempts a
    where not exists(select from chunks c where c.tenant_id = a.tenant_id and c.id = a.chunk_id)`;

/** What the rows say, by every dimension that is counted. */
const truth = (sql: Sql) => {
  const by = sql`d.tenant_id, d.message_id, m.source_id, d.channel_id, v.template_id, d.step,
    date_trunc('hour', d.created_at)`;
  const deliveries = sql`deliveries d
    join messages m on m.tenant_id = d.tenant_id and m.id = d.message_id
    left join template_versions v on v.tenant_id = d.tenant_id and v.id = m.template_version_id`;
  return sql`
    select d.tenant_id, d.message_id, coalesce(d.source_id, '00000000-0000-0000-0000-000000000000') as source_id,
      d.channel_id, coalesce(d.template_id, '00000000-0000-0000-0000-000000000000') as template_id, d.step,
      d.date_trunc as hour, counted.measure, counted.reason, sum(counted.amount) as count
    from (${countedAlike(sql, by, deliveries)}) d
    cross join lateral ${measuresOf(sql)} counted
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`;
};

/** Roll-up + deltas = rows, by message and by hour, where what was sent to try a channel is left out. */
const wrongCounts = (sql: Sql) => sql`
  with truth as materialized (${truth(sql)}), deltas as materialized (
    select tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure::text, reason, count
    from statistics_deltas
  ), tests as materialized (
    select id from messages where is_test
  ), by_message as (
    select tenant_id, message_id, channel_id, step, measure, reason, sum(count) as count from (
      select tenant_id, message_id, channel_id, step, measure::text, reason, count from message_totals
      union all select tenant_id, message_id, channel_id, step, measure, reason, count from deltas
    ) t group by 1, 2, 3, 4, 5, 6
  ), true_by_message as (
    select tenant_id, message_id, channel_id, step, measure, reason, sum(count) as count from truth
    group by 1, 2, 3, 4, 5, 6
  ), by_hour as (
    select tenant_id, source_id, channel_id, template_id, step, hour, measure, reason, sum(count) as count from (
      select tenant_id, source_id, channel_id, template_id, step, hour, measure::text, reason, count
        from statistics_hourly
      union all select tenant_id, source_id, channel_id, template_id, step, hour, measure, reason, count from deltas
        where message_id not in (select id from tests)
    ) t group by 1, 2, 3, 4, 5, 6, 7, 8
  ), true_by_hour as (
    select tenant_id, source_id, channel_id, template_id, step, hour, measure, reason, sum(count) as count
    from truth where message_id not in (select id from tests) group by 1, 2, 3, 4, 5, 6, 7, 8
  )
  select 'message' as by, message_id::text as id, step, measure, reason, counted.count::int as counted,
    actual.count::int as actual
  from by_message counted full join true_by_message actual
    using (tenant_id, message_id, channel_id, step, measure, reason)
  where coalesce(counted.count, 0) <> coalesce(actual.count, 0)
  union all
  select 'hour', channel_id::text, step, measure, reason, counted.count::int, actual.count::int
  from by_hour counted full join true_by_hour actual
    using (tenant_id, source_id, channel_id, template_id, step, hour, measure, reason)
  where coalesce(counted.count, 0) <> coalesce(actual.count, 0)`;

const impossibleBuckets = (sql: Sql) => sql`
  select * from (
    select tenant_id, source_id, channel_id, template_id, step, hour,
      sum(count) filter (where measure = 'targeted') as targeted,
      coalesce(sum(count) filter (where measure = 'submitted'), 0) as submitted,
      coalesce(sum(count) filter (where measure = 'delivered'), 0) as delivered,
      min(count) as least
    from (
      select tenant_id, source_id, channel_id, template_id, step, hour, measure, reason, sum(count) as count from (
        select tenant_id, source_id, channel_id, template_id, step, hour, measure, reason, count from statistics_hourly
        union all
        select tenant_id, source_id, channel_id, template_id, step, hour, measure, reason, count
          from statistics_deltas where message_id not in (select id from messages where is_test)
      ) all_counts group by 1, 2, 3, 4, 5, 6, 7, 8
    ) summed group by 1, 2, 3, 4, 5, 6
  ) buckets
  where not (delivered <= submitted and submitted <= targeted) or least < 0`;

/**
 * What the rows say is told to every endpoint of their source that asks for it, and nothing else but what was true for a
 * while. An endpoint may not hear what happens in the seconds behind its being made or changed.
 */
const wrongEvents = (sql: Sql) => sql`
  with happened as materialized (
    select e.tenant_id, e.id as endpoint_id, d.id as delivery_id, d.message_id, said.type::callback_event_type as type,
      said.at > e.updated_at + interval '2 seconds' and e.state = 'on' as is_due
    from callback_endpoints e
    join messages m on m.tenant_id = e.tenant_id and m.source_id = e.source_id
    join deliveries d on d.tenant_id = m.tenant_id and d.message_id = m.id
    cross join lateral (values
      (case when d.state not in ('ready', 'accepted', 'delivered') then d.state::text end, d.changed_at),
      ('accepted', d.accepted_at), ('delivered', d.delivered_at), ('read', d.read_at), ('clicked', d.clicked_at)
    ) as said(type, at)
    where said.type is not null and said.at is not null and said.type::callback_event_type = any(e.event_types)
  )
  select 'untold' as what, h.delivery_id::text, h.type::text from happened h
  where h.is_due and not exists(select from callback_events v where v.tenant_id = h.tenant_id
    and v.endpoint_id = h.endpoint_id and v.delivery_id = h.delivery_id and v.type = h.type
    and v.message_id = h.message_id)
  union all
  select 'untrue', v.delivery_id::text, v.type::text from callback_events v
  join callback_endpoints e on e.tenant_id = v.tenant_id and e.id = v.endpoint_id
  where not exists(select from happened h where h.tenant_id = v.tenant_id and h.endpoint_id = v.endpoint_id
    and h.delivery_id = v.delivery_id and h.type = v.type)
    and not exists(
      select from deliveries d join messages m on m.tenant_id = d.tenant_id and m.id = d.message_id
      where d.tenant_id = v.tenant_id and d.id = v.delivery_id and m.source_id = e.source_id
        and (v.type = 'unknown' or v.type = 'undelivered' and d.delivered_at is not null)
    )`;
