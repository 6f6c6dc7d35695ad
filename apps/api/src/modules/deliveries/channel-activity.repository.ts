import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/** Deliveries of a channel that are claimed, or in the vendor's hands without an answer. */
export async function countInFlight({ sql }: Tx, tenantId: string, channelId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select coalesce(sum(delivery_count), 0)::int as count from chunks
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and state in ('queued', 'sending')`;
  return row?.count ?? 0;
}
