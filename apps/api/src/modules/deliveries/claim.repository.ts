import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";

/** A claimed chunk. Everything else about it is read by the worker, inside the tenant's fence. */
export interface Claim {
  tenantId: string;
  chunkId: string;
  leaseToken: string;
}

/** How long a hint may take to reach a worker before the chunk is claimed again, seconds. */
const QUEUED_LEASE_SECONDS = 30;

/**
 * Claims up to `limit` due chunks: highest priority first and, inside a priority, tenants in turn, so that a
 * tenant with one chunk never waits behind another's thousands. Runs as the dispatcher, across tenants.
 */
export async function claimChunks({ sql }: Tx, limit: number): Promise<Claim[]> {
  const rows = await sql<{ tenant_id: string; id: string; lease_token: string }[]>`
    with due as (
      select c.id, c.priority, c.due_at, row_number() over (
        partition by c.tenant_id, c.priority order by c.due_at, c.id) as turn
      from (
        select id, tenant_id, message_id, priority, due_at from chunks
        where state = 'ready' and due_at <= now() order by priority, due_at, id limit ${limit * 16}
      ) c join messages m on m.tenant_id = c.tenant_id and m.id = c.message_id
      where m.state in ('expanding', 'sending')
    ), chosen as (
      select id from chunks
      where id in (select id from due order by priority, turn, due_at limit ${limit}) and state = 'ready'
      for update skip locked
    )
    update chunks set state = 'queued', lease_token = gen_random_uuid(),
      lease_until = now() + make_interval(secs => ${QUEUED_LEASE_SECONDS})
    where id in (select id from chosen)
    returning tenant_id, id, lease_token`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    chunkId: row.id,
    leaseToken: row.lease_token,
  }));
}

/** Chunks that hints are out for or workers hold: the window that bounds what the queue may carry. */
export async function countClaimed({ sql }: Tx): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from chunks where state in ('queued', 'sending')`;
  return row.count;
}

/** A chunk whose lease ran out: its worker died, hung, or never got the hint. */
export async function listExpiredLeases({ sql }: Tx, limit: number): Promise<Claim[]> {
  const rows = await sql<{ tenant_id: string; id: string; lease_token: string }[]>`
    select tenant_id, id, lease_token from chunks
    where state in ('queued', 'sending') and lease_until < now() order by lease_until limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    chunkId: row.id,
    leaseToken: row.lease_token,
  }));
}
