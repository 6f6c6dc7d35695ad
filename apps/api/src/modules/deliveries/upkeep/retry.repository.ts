import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";

/**
 * Makes due what waits for another try on a channel. What has not been tried keeps its time, and so does what a pause
 * of the message or a rate holds back.
 */
export async function wakeRetries({ sql }: Tx, tenantId: string, channelId: string): Promise<void> {
  await sql`
    update chunks set due_at = now()
    where state = 'ready' and tenant_id = ${toUuid("tenant", tenantId)}
      and channel_id = ${toUuid("channel", channelId)} and priority between 1 and 3
      and round_count > 0 and round_cursor is null and due_at > now() and due_at < 'infinity'`;
}
