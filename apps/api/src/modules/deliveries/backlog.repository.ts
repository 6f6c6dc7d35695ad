import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";

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
      select tenant_id, 1 from messages where state = 'expanding' and expand_failure_count = 0
      union all
      select tenant_id, 1 from messages where state = 'expanding' and expand_failure_count > 0
    ) waiting group by tenant_id`;
  return new Map(rows.map((row) => [fromUuid("tenant", row.tenant_id), Number(row.deliveries)]));
}
