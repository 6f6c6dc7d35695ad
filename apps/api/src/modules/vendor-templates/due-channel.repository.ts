import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

export interface DueChannel {
  tenantId: string;
  channelId: string;
}

/** Channels of these plugins whose list is to be read again, or was never tried. Runs as the dispatcher, across tenants. */
export async function listDueChannels(
  { sql }: Tx,
  pluginIds: readonly string[],
  limit: number,
): Promise<DueChannel[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select c.tenant_id, c.id from channels c
    left join vendor_template_syncs s on s.tenant_id = c.tenant_id and s.channel_id = c.id
    where c.plugin_id = any(${[...pluginIds]}::text[]) and c.state = 'on' and (s.next_at is null or s.next_at <= now())
    order by s.next_at nulls first, c.id
    limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    channelId: fromUuid("channel", row.id),
  }));
}

/** Takes a due channel; false when somebody was faster, or it is gone. */
export async function takeDueChannel(
  { sql }: Tx,
  { tenantId, channelId }: DueChannel,
  pauseSeconds: number,
): Promise<boolean> {
  const rows = await sql`
    insert into vendor_template_syncs as s (tenant_id, channel_id, next_at)
    select tenant_id, id, now() + make_interval(secs => ${pauseSeconds}) from channels
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("channel", channelId)}
    on conflict (tenant_id, channel_id) do update set next_at = excluded.next_at where s.next_at <= now()
    returning 1`;
  return rows.length > 0;
}
