import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";

/** Something with a name that would miss a plugin. */
export interface NamedUse {
  id: string;
  name: string;
}

/** Messages that still have something to send through the channels, the latest first. */
export async function listWaitingMessages(
  { sql }: Tx,
  tenantId: string,
  channelIds: readonly string[],
  limit: number,
): Promise<NamedUse[]> {
  if (channelIds.length === 0) return [];
  const tenant = toUuid("tenant", tenantId);
  const channels = channelIds.map((id) => toUuid("channel", id));
  const rows = await sql<{ id: string; title: string }[]>`
    select m.id, m.title from messages m
    where m.tenant_id = ${tenant} and m.id in (
      select c.message_id from chunks c
      where c.tenant_id = ${tenant} and c.channel_id = any(${channels}::uuid[])
        and c.state in ('ready', 'queued', 'sending')
      union
      select w.id from messages w
      where w.tenant_id = ${tenant} and w.channel_ids && ${channels}::uuid[]
        and (w.state = 'expanding' or (w.wake_at is not null and w.completed_at is null))
    )
    order by m.id desc
    limit ${limit}`;
  return rows.map(({ id, title }) => ({ id: fromUuid("message", id), name: title }));
}

/** Series that go on, by name. */
export async function listRunningSeries(
  { sql }: Tx,
  tenantId: string,
  channelIds: readonly string[],
  limit: number,
): Promise<NamedUse[]> {
  if (channelIds.length === 0) return [];
  const channels = channelIds.map((id) => toUuid("channel", id));
  const rows = await sql<{ id: string; title: string }[]>`
    select id, title from series
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_ids && ${channels}::uuid[]
      and state in ('pending_approval', 'active')
    order by title
    limit ${limit}`;
  return rows.map(({ id, title }) => ({ id: fromUuid("series", id), name: title }));
}
