import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid } from "../../../platform/ids.ts";
import type { ChosenChunk, InFlight, Lane } from "./fair-share.rules.ts";

/** A claimed chunk. Everything else about it is read by the worker, inside the tenant's fence. */
export interface Claim {
  tenantId: string;
  channelId: string;
  chunkId: string;
  leaseToken: string;
}

/** With how much there is to send. */
export interface ClaimedChunk extends Claim {
  deliveryCount: number;
}

/** How long a hint may take to reach a worker before the chunk is claimed again, seconds. */
const QUEUED_LEASE_SECONDS = 30;

/** Lanes looked at in one round: beyond that, tenants wait for the lanes before theirs to become empty. */
const MAX_LANES = 10_000;

interface LaneRow {
  tenant_id: string;
  channel_id: string;
  priority: number;
  is_probe: boolean;
  chunks: { id: string; deliveryCount: number; dueAtMs: number }[];
}

/**
 * The heads of all lanes that have something due: tenant by tenant and channel by channel, each found by one probe of
 * the index, so a lane costs the same whether a chunk or a hundred thousand wait in it. Channels whose circuit is open
 * are left out, and a lane gets fewer heads the more lanes there are. Runs as the dispatcher, across tenants.
 */
export async function listLanes({ sql }: Tx, room: number): Promise<Lane[]> {
  const rows = await sql<LaneRow[]>`
    with recursive lanes as (
      (select priority, tenant_id, channel_id from chunks where state = 'ready'
        order by priority, tenant_id, channel_id limit 1)
      union all
      select next.* from lanes l cross join lateral (
        select priority, tenant_id, channel_id from chunks
        where state = 'ready' and (priority, tenant_id, channel_id) > (l.priority, l.tenant_id, l.channel_id)
        order by priority, tenant_id, channel_id limit 1
      ) next
    ), passable as materialized (
      select l.*, coalesce(k.state <> 'closed', false) as is_probe
      from (select * from lanes limit ${MAX_LANES}) l
      left join channel_circuits k on k.tenant_id = l.tenant_id and k.channel_id = l.channel_id
      where k.state is null or k.state = 'closed' or ${isProbeDue(sql)}
    )
    select p.tenant_id, p.channel_id, p.priority, p.is_probe, heads.chunks
    from passable p cross join lateral (
      select jsonb_agg(jsonb_build_object('id', h.id::text, 'deliveryCount', h.delivery_count,
        'dueAtMs', extract(epoch from h.due_at) * 1000) order by h.due_at, h.id) as chunks
      from (
        select c.id, c.delivery_count, c.due_at from chunks c
        where c.state = 'ready' and c.priority = p.priority and c.tenant_id = p.tenant_id
          and c.channel_id = p.channel_id and ${isDue(sql)}
        order by c.due_at, c.id limit greatest(2, ${room}::bigint / (select greatest(count(*), 1) from passable))
      ) h
    ) heads
    where heads.chunks is not null`;
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    channelId: row.channel_id,
    priority: row.priority,
    isProbe: row.is_probe,
    chunks: row.chunks,
  }));
}

/** Whether the channel of circuit `k` may be tried: its time has come, or the chunk that was its probe has ended. */
const isProbeDue = (sql: Tx["sql"]) => sql`(
  k.state = 'open' and k.next_probe_at <= now()
  or k.state = 'half_open' and not exists(
    select from chunks probe where probe.id = k.probe_chunk_id and probe.state in ('queued', 'sending')))`;

/** Whether a chunk `c` may be sent now. */
const isDue = (sql: Tx["sql"]) => sql`c.due_at <= now() and exists(
  select from messages m where m.tenant_id = c.tenant_id and m.id = c.message_id
    and m.state in ('expanding', 'sending'))`;

/** Claims the chosen chunks that nobody else has claimed meanwhile. Runs as the dispatcher, across tenants. */
export async function claimChunks(tx: Tx, chosen: readonly ChosenChunk[]): Promise<ClaimedChunk[]> {
  const { sql } = tx;
  const allowed = await startProbes(tx, chosen);
  const rows = await sql<(LeaseRow & { delivery_count: number })[]>`
    with chosen as (
      select id from chunks where id = any(${allowed}::bigint[]) and state = 'ready' for update skip locked
    )
    update chunks set state = 'queued', lease_token = gen_random_uuid(),
      lease_until = now() + make_interval(secs => ${QUEUED_LEASE_SECONDS})
    where id in (select id from chosen)
    returning tenant_id, channel_id, id, lease_token, delivery_count`;
  const place = new Map(chosen.map(({ id }, index) => [id, index]));
  return rows
    .map((row) => ({ ...toClaim(row), deliveryCount: row.delivery_count }))
    .sort((a, b) => (place.get(a.chunkId) ?? 0) - (place.get(b.chunkId) ?? 0));
}

/** Ids of the chosen chunks without those that would be a second probe of their channel. */
async function startProbes({ sql }: Tx, chosen: readonly ChosenChunk[]): Promise<string[]> {
  const probes = chosen.filter(({ isProbe }) => isProbe);
  const ordinary = chosen.filter(({ isProbe }) => !isProbe).map(({ id }) => id);
  if (probes.length === 0) return ordinary;
  const started = await sql<{ probe_chunk_id: string }[]>`
    update channel_circuits k set state = 'half_open', probe_chunk_id = p.id
    from jsonb_to_recordset(${JSON.stringify(probes)}::jsonb) as p(id bigint, "tenantId" uuid, "channelId" uuid)
    where k.tenant_id = p."tenantId" and k.channel_id = p."channelId" and ${isProbeDue(sql)}
    returning k.probe_chunk_id`;
  return [...ordinary, ...started.map((row) => row.probe_chunk_id)];
}

/** What hints are out for or workers hold, by channel. */
export async function readInFlight({ sql }: Tx): Promise<InFlight[]> {
  const rows = await sql<{ tenant_id: string; channel_id: string; chunks: number; deliveries: number }[]>`
    select tenant_id, channel_id, count(*)::int as chunks, sum(delivery_count)::int as deliveries
    from chunks where state in ('queued', 'sending') group by tenant_id, channel_id`;
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    channelId: row.channel_id,
    chunkCount: row.chunks,
    deliveryCount: row.deliveries,
  }));
}

/** Chunks whose hint went out at least so long ago and that nobody has begun; those waiting longest come first. */
export async function listUnfollowed({ sql }: Tx, seconds: number, limit: number): Promise<Claim[]> {
  const rows = await sql<LeaseRow[]>`
    select tenant_id, channel_id, id, lease_token from chunks
    where state = 'queued' and lease_until > now()
      and lease_until < now() + make_interval(secs => ${QUEUED_LEASE_SECONDS - seconds})
    order by lease_until limit ${limit}`;
  return rows.map(toClaim);
}

/** A chunk whose lease ran out: its worker died, hung, or never got the hint. */
export async function listExpiredLeases({ sql }: Tx, limit: number): Promise<Claim[]> {
  const rows = await sql<LeaseRow[]>`
    select tenant_id, channel_id, id, lease_token from chunks
    where state in ('queued', 'sending') and lease_until < now() order by lease_until limit ${limit}`;
  return rows.map(toClaim);
}

/** A claim as a row of `chunks`. */
interface LeaseRow {
  tenant_id: string;
  channel_id: string;
  id: string;
  lease_token: string;
}

const toClaim = (row: LeaseRow): Claim => ({
  tenantId: fromUuid("tenant", row.tenant_id),
  channelId: fromUuid("channel", row.channel_id),
  chunkId: row.id,
  leaseToken: row.lease_token,
});
