import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { type Counts, type Measure, SUMS } from "./statistics.rules.ts";
import { isNoTest } from "./test-messages.repository.ts";

/** What has become of the deliveries that were made since a moment. */
export interface RecentCounts {
  counts: Partial<Counts>;
  /** Why they left the straight path, the most frequent first. */
  reasons: { measure: Measure; reason: string; count: number }[];
}

const MAX_REASONS = 10;

/** `since` is the beginning of an hour: that is how they are counted. */
export async function countRecent(
  { sql }: Tx,
  tenantId: string,
  { channelId, sourceId, since }: { channelId: string; sourceId?: string | undefined; since: Date },
): Promise<RecentCounts> {
  const within = sql`
    tenant_id = ${toUuid("tenant", tenantId)} and hour >= ${since}
    and channel_id = ${toUuid("channel", channelId)} and measure <> all(${[...SUMS]}::text[]::statistics_measure[])
    ${sourceId ? sql`and source_id = ${toUuid("source", sourceId)}` : sql``}`;
  const rows = await sql<{ measure: Measure; reason: string; count: string }[]>`
    select measure, reason, sum(count)::bigint as count from (
      select measure, reason, count from statistics_hourly where ${within}
      union all
      select measure, reason, count from statistics_deltas where ${within}
        and ${isNoTest(sql, tenantId)}
    ) c
    group by measure, reason
    order by count desc, measure, reason`;
  const counts: Partial<Counts> = {};
  for (const { measure, count } of rows) counts[measure] = (counts[measure] ?? 0) + Number(count);
  const reasons = rows
    .filter(({ reason, count }) => reason !== "" && Number(count) > 0)
    .slice(0, MAX_REASONS)
    .map((row) => ({ ...row, count: Number(row.count) }));
  return { counts, reasons };
}
