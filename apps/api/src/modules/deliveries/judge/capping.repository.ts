import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { codeOf, type FrequencyCap } from "../../frequency-caps/index.ts";
import { REASONS } from "../delivery.rules.ts";
import type { RowsToGo } from "./deferral.repository.ts";
import { takeTurn } from "./turns.repository.ts";

/*
 * Frequency caps in the statements that make deliveries. Counted is what was sent within the cap's hours, and what is
 * still going to be: a delivery that waits counts from the moment it is made until its hours after it was sent are over,
 * so no stretch of these hours sees more than the cap, however long something waited.
 */

/** Any constant that tells this lock from others of the tenant. */
const CAPPING = 4;

/**
 * Lets one transaction at a time judge a tenant's caps: each sees what the one before has made. Taken in a statement of
 * its own, so that the one behind it sees that.
 */
export async function holdCaps(tx: Tx, tenant: string, caps: readonly FrequencyCap[]): Promise<void> {
  if (caps.length === 0) return;
  await takeTurn(tx, tx.sql`select hashtextextended(${tenant}, ${CAPPING}) as key`);
}

/**
 * The rows of `judged`, which have a `first_reason`, with their `reason` and the `cap` they are over. Rows of one
 * statement do not see each other, so `over_cap` goes through those of a user in the order of their messages and
 * channels: a row passes when every cap that asks for it has room, and takes room only then. Of several that have none,
 * the one listed first is named.
 */
export function withCaps(
  { sql }: Tx,
  tenant: string,
  caps: readonly FrequencyCap[],
  judged: Fragment,
): Fragment {
  if (caps.length === 0) {
    return sql`select j.*, j.first_reason as reason, null::text as cap from (${judged}) j`;
  }
  const codes = sql`${caps.map(codeOf)}::text[]`;
  // All users are counted at once, each by one probe for all caps. Counts and rows are put together by full joins: the
  // counts' users all stand in the rows, so these are left joins that cannot become nested loops, whatever the planner
  // believes of the tables. OFFSET keeps the room from being worked out again for each column that asks for it.
  return sql`
    select c.*, coalesce(c.first_reason, case when c.cap is not null then ${REASONS.overFrequencyCap} end) as reason
    from (
      select r.*, case when r.room is not null then (${codes})[over_cap(r.room) filter (where r.room is not null) over (
        partition by r.user_id order by r.message_id, r.channel_id rows unbounded preceding)] end as cap
      from (
        with judged as materialized (${judged}),
        asking as materialized (
          select distinct user_id from judged j
          where j.first_reason is null and j.user_id is not null and j.category <> 'critical'
        ), counted as (${countsOf(sql, tenant, caps)})
        select j.*, case when j.first_reason is null and j.user_id is not null and j.category <> 'critical'
          then array[${listed(
            sql,
            caps.map((cap, place) => roomOf(sql, cap, place)),
          )}] end as room
        from judged j full join counted on counted.counted_user_id = j.user_id
        offset 0
      ) r offset 0
    ) c`;
}

/** How many more of row `j` the cap lets through; null when it does not ask for the row. */
const roomOf = (sql: Tx["sql"], { limit, channelKind, category }: FrequencyCap, place: number) => sql`
  case when ${channelKind === null ? sql`true` : sql`j.kind = ${channelKind}::text`}
      and ${category === null ? sql`true` : sql`j.category = ${category}::message_category`}
    then ${limit}::int - coalesce(counted.used[${sql.unsafe(String(place + 1))}], 0) end`;

/** What counts for each cap, of the users `asking`: an array with a place for each cap. */
const countsOf = (sql: Tx["sql"], tenant: string, caps: readonly FrequencyCap[]) => sql`
  with recent as materialized (
    select d.* from asking cross join lateral (${recentOf(sql, tenant, sql`asking.user_id`, longestOf(caps))}) d
  )
  select s.user_id as counted_user_id, array[${listed(
    sql,
    caps.map((cap) => usedOf(sql, tenant, cap)),
  )}] as used
  from (
    select r.*, m.category from recent r
    full join (
      select id, category from messages
      where tenant_id = ${tenant} and id = any(array(select distinct message_id from recent)) offset 0
    ) m on m.id = r.message_id
    offset 0
  ) s
  where s.category <> 'critical'
  group by s.user_id`;

/** How many of the rows `s` count for the cap. A tenant has few channels, deleted ones too: their kinds are looked up once. */
const usedOf = (sql: Tx["sql"], tenant: string, { hours, channelKind, category }: FrequencyCap) => {
  const ofKind = sql`array(
    select id from channels where tenant_id = ${tenant} and kind = ${channelKind}
    union all select id from deleted_channels where tenant_id = ${tenant} and kind = ${channelKind})`;
  return sql`count(*) filter (where ${isWithin(sql, sql`s`, sql`${hours}::int`)}
    ${category === null ? sql`` : sql`and s.category = ${category}::message_category`}
    ${channelKind === null ? sql`` : sql`and s.channel_id = any(${ofKind})`})::int`;
};

const listed = (sql: Tx["sql"], parts: readonly Fragment[]) =>
  parts.reduce((all, one) => sql`${all}, ${one}`);

const longestOf = (caps: readonly FrequencyCap[]) => Math.max(...caps.map(({ hours }) => hours));

/**
 * What of the deliveries to a user may count for caps of so many hours. The id's month leaves out what is older. OFFSET
 * leaves no way to them but by the user, also where the planner takes the table for empty.
 */
const recentOf = (sql: Tx["sql"], tenant: string, userId: Fragment, hours: number) => sql`
  select d.id, d.user_id, d.message_id, d.channel_id, d.state, coalesce(d.accepted_at, d.changed_at) as sent_at
  from deliveries d
  where d.tenant_id = ${tenant} and d.user_id = ${userId}
    and d.id >= (select delivery_month(now() - make_interval(hours => ${hours}, months => 1)) << 48)
    and d.state not in ('suppressed', 'cancelled', 'failed', 'expired')
  offset 0`;

/** Whether row `d` waits to be sent, or was sent within the hours. */
const isWithin = (sql: Tx["sql"], d: Fragment, hours: Fragment) => sql`
  (${d}.state = 'ready' or ${d}.sent_at > now() - make_interval(hours => ${hours}))`;

const asRows = (sql: Tx["sql"], caps: readonly FrequencyCap[]) => {
  const rows = caps.map((cap, place) => ({ ...cap, place, code: codeOf(cap), kind: cap.channelKind }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as cap(place int, code text, "limit" int, hours int, kind text, category message_category)`;
};

const appliesTo = (sql: Tx["sql"], kind: Fragment, category: Fragment) => sql`
  ${category} <> 'critical' and (cap.kind is null or cap.kind = ${kind})
  and (cap.category is null or cap.category = ${category})`;

/** How many deliveries to the user of row `r` count for `cap`, of those that went before it. */
const countBefore = (sql: Tx["sql"], tenant: string, caps: readonly FrequencyCap[]) => sql`(
  select count(*) from (${recentOf(sql, tenant, sql`r.user_id`, longestOf(caps))}) d
  cross join lateral (select category from messages where tenant_id = ${tenant} and id = d.message_id offset 0) m
  left join lateral (
    select kind from channels where tenant_id = ${tenant} and id = d.channel_id
    union all select kind from deleted_channels where tenant_id = ${tenant} and id = d.channel_id limit 1
  ) k on true
  where (d.state <> 'ready' or d.id < r.id) and ${isWithin(sql, sql`d`, sql`cap.hours`)}
    and m.category <> 'critical' and (cap.category is null or m.category = cap.category)
    and (cap.kind is null or k.kind = cap.kind))`;

/**
 * Which deliveries of a chunk are over a cap by now, with its code. Of those that wait, the ones made before count: of
 * two that are judged at once the earlier one goes.
 */
export async function listOverCap(
  { sql }: Tx,
  work: RowsToGo,
  caps: readonly FrequencyCap[],
): Promise<{ id: string; code: string }[]> {
  const tenant = toUuid("tenant", work.tenantId);
  return sql<{ id: string; code: string }[]>`
    select r.id, over.code from deliveries r
    join channels c on c.tenant_id = ${tenant} and c.id = r.channel_id
    cross join lateral (
      select cap.code from ${asRows(sql, caps)}
      where ${appliesTo(sql, sql`c.kind`, sql`${work.category}::message_category`)}
        and ${countBefore(sql, tenant, caps)} >= cap."limit"
      order by cap.place limit 1
    ) over
    where r.tenant_id = ${tenant} and r.id between ${work.nextId} and ${work.lastId} and r.state = 'ready'
      and r.user_id is not null`;
}
