import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { codeOf, type FrequencyCap } from "../../frequency-caps/index.ts";
import { REASONS } from "../delivery.rules.ts";
import type { RowsToGo } from "./deferral.repository.ts";

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
export async function holdCaps({ sql }: Tx, tenant: string, caps: readonly FrequencyCap[]): Promise<void> {
  if (caps.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenant}, ${CAPPING}))`;
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
  // OFFSET keeps what counts for a cap from being counted again for each column that asks for it.
  return sql`
    select c.*, coalesce(c.first_reason, case when c.cap is not null then ${REASONS.overFrequencyCap} end) as reason
    from (
      select r.*, case when r.room is not null then (${codes})[over_cap(r.room) filter (where r.room is not null) over (
        partition by r.user_id order by r.message_id, r.channel_id rows unbounded preceding)] end as cap
      from (
        select j.*, case when j.first_reason is null and j.user_id is not null and j.category <> 'critical' then array(
          select case when ${appliesTo(sql, sql`j.kind`, sql`j.category`)}
            then cap."limit" - ${countOf(sql, tenant, sql`j.user_id`, sql`true`)}::int end
          from ${asRows(sql, caps)} order by cap.place) end as room
        from (${judged}) j offset 0
      ) r offset 0
    ) c`;
}

const asRows = (sql: Tx["sql"], caps: readonly FrequencyCap[]) => {
  const rows = caps.map((cap, place) => ({ ...cap, place, code: codeOf(cap), kind: cap.channelKind }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
    as cap(place int, code text, "limit" int, hours int, kind text, category message_category)`;
};

const appliesTo = (sql: Tx["sql"], kind: Fragment, category: Fragment) => sql`
  ${category} <> 'critical' and (cap.kind is null or cap.kind = ${kind})
  and (cap.category is null or cap.category = ${category})`;

/** Deliveries `d` to the user that count for `cap`. The id's month leaves out what is older than any cap. */
const countOf = (sql: Tx["sql"], tenant: string, userId: Fragment, condition: Fragment) => sql`(
  select count(*) from deliveries d
  join messages m on m.tenant_id = ${tenant} and m.id = d.message_id
  where d.tenant_id = ${tenant} and d.user_id = ${userId}
    and d.id >= delivery_month(now() - make_interval(hours => cap.hours, months => 1)) << 48
    and d.state not in ('suppressed', 'cancelled', 'failed', 'expired')
    and (d.state = 'ready' or coalesce(d.accepted_at, d.changed_at) > now() - make_interval(hours => cap.hours))
    and m.category <> 'critical' and (cap.category is null or m.category = cap.category)
    and (cap.kind is null or exists(select from channels k
      where k.tenant_id = ${tenant} and k.id = d.channel_id and k.kind = cap.kind))
    and ${condition})`;

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
  const isBefore = sql`(d.state <> 'ready' or d.id < r.id)`;
  return sql<{ id: string; code: string }[]>`
    select r.id, over.code from deliveries r
    join channels c on c.tenant_id = ${tenant} and c.id = r.channel_id
    cross join lateral (
      select cap.code from ${asRows(sql, caps)}
      where ${appliesTo(sql, sql`c.kind`, sql`${work.category}::message_category`)}
        and ${countOf(sql, tenant, sql`r.user_id`, isBefore)} >= cap."limit"
      order by cap.place limit 1
    ) over
    where r.tenant_id = ${tenant} and r.id between ${work.nextId} and ${work.lastId} and r.state = 'ready'
      and r.user_id is not null`;
}
