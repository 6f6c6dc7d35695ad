import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";
import { isNamedWaiting, isSlicedWaiting } from "./expand/expanding.repository.ts";

/**
 * Deliveries that wait to be sent or are under way, by tenant; a message whose deliveries are not made yet counts as
 * one. Runs as the dispatcher.
 */
export async function readBacklog({ sql }: Tx): Promise<Map<string, number>> {
  // In parts, each with a partial index: done chunks and messages are never looked at.
  const rows = await sql<{ tenant_id: string; deliveries: string }[]>`
    select tenant_id, sum(delivery_count)::text as deliveries from (
      select tenant_id, delivery_count from chunks where state = 'ready'
      union all
      select tenant_id, delivery_count from chunks where state in ('queued', 'sending')
      union all
      select m.tenant_id, 1 from messages m where ${isNamedWaiting(sql)}
      union all
      select m.tenant_id, 1 from messages m where ${isSlicedWaiting(sql)}
      union all
      select tenant_id, 1 from messages where state = 'expanding' and expand_failure_count > 0
    ) waiting group by tenant_id`;
  return new Map(rows.map((row) => [fromUuid("tenant", row.tenant_id), Number(row.deliveries)]));
}

export interface PriorityBacklog {
  /** 1 is the most urgent. */
  priority: number;
  /** Deliveries that are due or wait for their time. */
  waiting: number;
  /** Deliveries that a process has in hand. */
  underWay: number;
  /** Since when the oldest of those waits that could be sent now. */
  dueSince: Date | null;
}

/** What waits in all tenants together, by priority, the most urgent first. Runs as the dispatcher. */
export async function readBacklogByPriority({ sql }: Tx): Promise<PriorityBacklog[]> {
  const rows = await sql<
    { priority: number; waiting: string; under_way: string; due_since: Date | string | null }[]
  >`
    select priority, sum(waiting)::text as waiting, sum(under_way)::text as under_way, min(due_since) as due_since
    from (
      select priority, delivery_count as waiting, 0 as under_way,
        case when due_at <= now() then due_at end as due_since
      from chunks where state = 'ready'
      union all
      select priority, 0, delivery_count, null from chunks where state in ('queued', 'sending')
    ) open group by priority order by priority`;
  return rows.map((row) => ({
    priority: row.priority,
    waiting: Number(row.waiting),
    underWay: Number(row.under_way),
    dueSince: row.due_since === null ? null : new Date(row.due_since),
  }));
}
