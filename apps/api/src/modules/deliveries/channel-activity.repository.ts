import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/** What goes through a channel at the moment. */
export interface ChannelActivity {
  /** Deliveries that are claimed, or in a vendor's hands without an answer. */
  inFlightCount: number;
  /** When the vendor last said something; null when it is not among the tenant's latest receipts. */
  lastReceiptAt: Date | null;
}

/** The most receipts that are looked through: the newest of the tenant, whatever their channel. */
const RECENT_RECEIPTS = 5_000;

export async function readChannelActivity(
  { sql }: Tx,
  tenantId: string,
  channelId: string,
): Promise<ChannelActivity> {
  const tenant = toUuid("tenant", tenantId);
  const channel = toUuid("channel", channelId);
  const [row] = await sql<{ in_flight: number; last_receipt_at: Date | null }[]>`
    select
      (select coalesce(sum(delivery_count), 0)::int from chunks
        where tenant_id = ${tenant} and channel_id = ${channel} and state in ('queued', 'sending')) as in_flight,
      (select max(received_at) from (
        select channel_id, received_at from receipts
        where tenant_id = ${tenant} and delivery_id is not null
        order by delivery_id desc limit ${RECENT_RECEIPTS}
      ) recent where channel_id = ${channel}) as last_receipt_at`;
  return { inFlightCount: row?.in_flight ?? 0, lastReceiptAt: row?.last_receipt_at ?? null };
}
