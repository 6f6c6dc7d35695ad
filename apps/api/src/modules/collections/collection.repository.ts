import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

export interface DueChannel {
  tenantId: string;
  channelId: string;
}

/** The channels of a plugin whose vendor leaves reports somewhere: those with one of these values in a setting. */
export interface CollectingPlugin {
  pluginId: string;
  field: string;
  values: readonly string[];
}

/** Channels that are to be visited, at once where settings have changed; those that wait longest first. Runs as the dispatcher, across tenants. */
export async function listDueChannels(
  { sql }: Tx,
  plugins: readonly CollectingPlugin[],
  limit: number,
): Promise<DueChannel[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select c.tenant_id, c.id
    from jsonb_to_recordset(${JSON.stringify(plugins)}::jsonb) as p("pluginId" text, field text, values jsonb)
    join channels c on c.plugin_id = p."pluginId" and c.state = 'on' and p.values ? (c.settings ->> p.field)
    left join collections s on s.tenant_id = c.tenant_id and s.channel_id = c.id
    where s.next_at is null or s.next_at <= now() or s.revision <> c.revision
    order by s.next_at nulls first, c.id
    limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    channelId: fromUuid("channel", row.id),
  }));
}

/** A visit that has been begun. */
export interface Begun {
  /** How far the last one got with the same settings; null where there was none. */
  cursor: string | null;
  revision: number;
}

/** Takes a due channel; undefined when somebody was faster, or it is gone. */
export async function takeDueChannel(
  { sql }: Tx,
  { tenantId, channelId }: DueChannel,
  leaseSeconds: number,
): Promise<Begun | undefined> {
  const [row] = await sql<Begun[]>`
    insert into collections as s (tenant_id, channel_id, next_at, revision)
    select tenant_id, id, now() + make_interval(secs => ${leaseSeconds}), revision from channels
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("channel", channelId)}
    on conflict (tenant_id, channel_id) do update set next_at = excluded.next_at, revision = excluded.revision,
      cursor = case when s.revision = excluded.revision then s.cursor end,
      visited_at = case when s.revision = excluded.revision then s.visited_at end,
      code = case when s.revision = excluded.revision then s.code end,
      detail = case when s.revision = excluded.revision then s.detail end
    where s.next_at <= now() or s.revision <> excluded.revision
    returning cursor, revision`;
  return row;
}

/** Keeps how far a visit has got; false when the channel is gone, or has other settings by now. */
export async function keepCursor(
  { sql }: Tx,
  { tenantId, channelId }: DueChannel,
  { cursor, revision }: { cursor: string; revision: number },
): Promise<boolean> {
  const rows = await sql`
    update collections set cursor = ${cursor}
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and revision = ${revision}
    returning 1`;
  return rows.length > 0;
}

/** Why nothing could be fetched. */
export interface CollectionFailure {
  code: string;
  detail: string | null;
}

/** Ends a visit with how it went; changes nothing when settings have changed meanwhile, for it says nothing of those. */
export async function endVisit(
  { sql }: Tx,
  { tenantId, channelId }: DueChannel,
  visit: { revision: number; pauseSeconds: number; failure: CollectionFailure | null },
): Promise<void> {
  const { revision, pauseSeconds, failure } = visit;
  await sql`
    update collections set next_at = now() + make_interval(secs => ${pauseSeconds}), visited_at = now(),
      code = ${failure?.code ?? null}, detail = ${failure?.detail ?? null}
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and revision = ${revision}`;
}

/** How fetching a channel's reports goes with the settings that it has. */
export interface CollectionState {
  /** When the last visit ended; null before the first. */
  visitedAt: Date | null;
  /** When the next one is; null: at once. */
  nextAt: Date | null;
  failure: CollectionFailure | null;
}

export async function readCollection(
  { sql }: Tx,
  { tenantId, channelId, revision }: DueChannel & { revision: number },
): Promise<CollectionState> {
  const [row] = await sql<
    { visited_at: Date | null; next_at: Date; code: string | null; detail: string | null }[]
  >`
    select visited_at, next_at, code, detail from collections
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and revision = ${revision}`;
  if (!row) return { visitedAt: null, nextAt: null, failure: null };
  const failure = row.code === null ? null : { code: row.code, detail: row.detail };
  return { visitedAt: row.visited_at, nextAt: row.next_at, failure };
}
