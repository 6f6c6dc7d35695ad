import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";

/** Deliveries that are made and wait to be sent, or are under way, by tenant. Runs as the dispatcher. */
export async function readBacklog({ sql }: Tx): Promise<Map<string, number>> {
  // In two parts, each with a partial index: done chunks are never looked at.
  const rows = await sql<{ tenant_id: string; deliveries: string }[]>`
    select tenant_id, sum(delivery_count)::text as deliveries from (
      select tenant_id, delivery_count from chunks where state = 'ready'
      union all
      select tenant_id, delivery_count from chunks where state in ('queued', 'sending')
    ) waiting group by tenant_id`;
  return new Map(rows.map((row) => [fromUuid("tenant", row.tenant_id), Number(row.deliveries)]));
}
