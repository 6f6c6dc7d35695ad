import { toUuid } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";

const MAX_DELTAS = 10_000;

/**
 * Moves the oldest deltas of a tenant into the two roll-ups and returns how many; fewer than 10,000 means that none
 * are left but those another caller has in hand.
 *
 * Callers may overlap: each takes deltas that no other holds, and both write the roll-ups in the order of their keys,
 * so that they wait for each other and never lock each other out. What was sent to try a channel is counted for its
 * message only.
 */
export async function compactStatistics(tx: Tx, tenantId: string): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await tx.sql<{ count: number }[]>`
    with taken as (
      delete from statistics_deltas
      where tenant_id = ${tenant} and id in (
        select id from statistics_deltas
        where tenant_id = ${tenant}
        order by id
        limit ${MAX_DELTAS}
        for update skip locked)
      returning *
    ), hourly as (
      insert into statistics_hourly as h
        (tenant_id, hour, source_id, channel_id, template_id, step, measure, reason, count)
      select tenant_id, hour, source_id, channel_id, template_id, step, measure, reason, sum(count)
      from taken
      where not exists (
        select from messages m where m.tenant_id = taken.tenant_id and m.id = taken.message_id and m.is_test)
      group by tenant_id, hour, source_id, channel_id, template_id, step, measure, reason
      order by hour, source_id, channel_id, template_id, step, measure, reason
      on conflict (tenant_id, hour, source_id, channel_id, template_id, step, measure, reason)
        do update set count = h.count + excluded.count
    ), totals as (
      insert into message_totals as t (tenant_id, message_id, channel_id, step, measure, reason, count)
      select tenant_id, message_id, channel_id, step, measure, reason, sum(count)
      from taken
      group by tenant_id, message_id, channel_id, step, measure, reason
      order by message_id, channel_id, step, measure, reason
      on conflict (tenant_id, message_id, channel_id, step, measure, reason)
        do update set count = t.count + excluded.count
    )
    select count(*)::int as count from taken`;
  return row?.count ?? 0;
}
