/**
 * Counts are read from the hourly roll-up *and* from the deltas that are not yet compacted into it, in one statement:
 * its snapshot sees each count in exactly one of the two places, so the sums are exact at any moment.
 */
import { fromUuid, schema, toUuid } from "@tidings/db";
import { eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import type { Money } from "../costs/index.ts";
import type { Counts, Measure, Period } from "./statistics.rules.ts";
import { isNoTest } from "./test-messages.repository.ts";

const { tenants } = schema;

/** Stands for "none": a message composed in the console has no source, and one with content of its own no template. */
const NIL_UUID = "00000000-0000-0000-0000-000000000000";
/** More sources or channels than a tenant has, deleted ones included, in all likelihood. */
const MAX_GROUPS = 500;
const MAX_REASONS = 200;

export const GROUPINGS = ["day", "source", "channel", "template"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface StatisticsFilter extends Period {
  timeZone: string;
  sourceId?: string | undefined;
  channelId?: string | undefined;
}

export interface CountGroup {
  /** A day, or the id of a source, channel or template; null for none. */
  key: string | null;
  /** The name of it; null for days, for none and for what is deleted. */
  name: string | null;
  counts: Partial<Counts>;
  /** What vendors bill, in the units of each channel. */
  units: number;
  /** By currency. */
  cost: Money[];
}

export interface ReasonCount {
  measure: Measure;
  reason: string;
  count: number;
}

export async function findTimeZone(tx: Tx, tenantId: string): Promise<string> {
  const [row] = await tx.db
    .select({ timeZone: tenants.timeZone })
    .from(tenants)
    .where(eq(tenants.id, tenantId));
  return row?.timeZone ?? "UTC";
}

/** Days in their order; sources and channels by how many deliveries they targeted. */
export async function countBy(
  tx: Tx,
  tenantId: string,
  grouping: Grouping,
  filter: StatisticsFilter,
): Promise<CountGroup[]> {
  const { sql } = tx;
  const keys = {
    day: sql`to_char(hour at time zone ${filter.timeZone}, 'YYYY-MM-DD')`,
    source: sql`source_id::text`,
    channel: sql`channel_id::text`,
    template: sql`template_id::text`,
  };
  const names = {
    day: sql`null::text`,
    source: sql`(select name from sources s where s.tenant_id = ${uuidOf(tenantId)} and s.id::text = key)`,
    channel: sql`(select name from channels c where c.tenant_id = ${uuidOf(tenantId)} and c.id::text = key)`,
    template: sql`(select name from templates t where t.tenant_id = ${uuidOf(tenantId)} and t.id::text = key)`,
  };
  const rows = await sql<
    { key: string; name: string | null; counts: Partial<Counts> & { units?: number }; cost: Money[] }[]
  >`
    with counted as (
      select ${keys[grouping]} as key, measure, case measure when 'cost' then reason end as currency,
        sum(count)::bigint as count
      from ${allCounts(tx, tenantId, filter)} as c
      group by 1, 2, 3
    )
    select key, ${names[grouping]} as name,
      coalesce(jsonb_object_agg(measure, count) filter (where measure <> 'cost'), '{}') as counts,
      coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'amount', count) order by currency)
        filter (where measure = 'cost'), '[]') as cost
    from counted
    group by key
    order by sum(count) filter (where measure = 'targeted') desc nulls last, key
    limit ${MAX_GROUPS}`;
  return rows.map(({ key, name, counts: { units = 0, ...counts }, cost }) => ({
    key: publicKey(grouping, key),
    name,
    counts,
    units,
    cost,
  }));
}

/** Why deliveries left the straight path, the most frequent reasons first. */
export async function countReasons(
  tx: Tx,
  tenantId: string,
  filter: StatisticsFilter,
): Promise<ReasonCount[]> {
  const rows = await tx.sql<{ measure: Measure; reason: string; count: string }[]>`
    select measure, reason, sum(count)::bigint as count
    from ${allCounts(tx, tenantId, filter)} as c
    where measure in ('suppressed', 'failed', 'undelivered')
    group by measure, reason
    order by count desc, measure, reason
    limit ${MAX_REASONS}`;
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** Roll-up and deltas of the period as one relation. */
function allCounts(tx: Tx, tenantId: string, filter: StatisticsFilter) {
  const { sql } = tx;
  const { from, to, timeZone, sourceId, channelId } = filter;
  const within = sql`
    tenant_id = ${uuidOf(tenantId)}
    and hour >= (${from}::date)::timestamp at time zone ${timeZone}
    and hour < (${to}::date + 1)::timestamp at time zone ${timeZone}
    ${sourceId ? sql`and source_id = ${toUuid("source", sourceId)}` : sql``}
    ${channelId ? sql`and channel_id = ${toUuid("channel", channelId)}` : sql``}`;
  return sql`(
    select hour, source_id, channel_id, template_id, measure, reason, count from statistics_hourly where ${within}
    union all
    select hour, source_id, channel_id, template_id, measure, reason, count from statistics_deltas where ${within}
      and ${isNoTest(sql, tenantId)})`;
}

function publicKey(grouping: Grouping, key: string): string | null {
  if (grouping === "day") return key;
  return key === NIL_UUID ? null : fromUuid(grouping, key);
}

const uuidOf = (tenantId: string) => toUuid("tenant", tenantId);
