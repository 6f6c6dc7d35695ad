import { isOneOf, type Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { REASONS } from "../delivery.rules.ts";
import type { Claim } from "../dispatch/claim.repository.ts";
import { type ChunkWork, leasesOf } from "./send.repository.ts";

/** How a worker leaves a chunk. */
export interface ChunkEnd {
  /** The last delivery that the round has been through, when it was broken off; null when it ended. */
  roundCursor: string | null;
  /** Before what is left may go out. */
  pauseSeconds: number;
  /** When it may go out, where that is a moment of the calendar. */
  dueAt?: Date;
  /** Whether that was one of the rounds that the chunk has. */
  isRoundCounted: boolean;
  /** When all that is left waits for room at the vendor, it is due with the first that has some, and that was no round. */
  isLimited?: boolean;
}

/** A chunk and how it is left. */
export interface LeftChunk {
  work: ChunkWork;
  end: ChunkEnd;
}

/** Ends the worker's hold on chunks of a tenant: done, or ready again for what is left, not before the pause is over. */
export async function endChunks({ sql }: Tx, tenantId: string, left: readonly LeftChunk[]): Promise<void> {
  const tenant = toUuid("tenant", tenantId);
  const { ids } = leasesOf(left.map(({ work }) => work));
  const ends = left.map(({ work, end }) => ({ id: work.chunkId, token: work.leaseToken, ...end }));
  const isAnyLimited = left.some(({ end }) => end.isLimited);
  const [wait, until] = isAnyLimited
    ? [sql`left join lateral (${waitOf(sql, tenant)}) w on true`, sql`w.until`]
    : [sql``, sql`null::timestamptz`];
  await sql`
    update chunks c set lease_token = null, lease_until = null, round_cursor = e."roundCursor",
      round_count = round_count + (e."isRoundCounted" and ${until} is null)::int,
      state = case when exists(select from deliveries d where d.tenant_id = ${tenant}
        and d.id between c.first_id and c.last_id and d.state = 'ready') then 'ready' else 'done' end::chunk_state,
      due_at = coalesce(e."dueAt", ${until}, now() + make_interval(secs => e."pauseSeconds"))
    from jsonb_to_recordset(${JSON.stringify(ends)}::jsonb) as e(id bigint, token uuid, "roundCursor" bigint,
      "pauseSeconds" float8, "dueAt" timestamptz, "isRoundCounted" boolean, "isLimited" boolean)
    ${wait}
    where c.tenant_id = ${tenant} and c.id = e.id and ${isOneOf({ sql }, sql`c.id`, ids)} and c.lease_token = e.token`;
}

/** When the first of what chunk `e` still has is given room at the vendor, if all of it waits for that. */
const waitOf = (sql: Tx["sql"], tenant: string) => sql`
  select case when bool_and(coalesce(d.reason = ${REASONS.recipientLimit}, false)) then min(d.limited_until) end as until
  from chunks k
  join deliveries d on d.tenant_id = ${tenant} and d.id between k.first_id and k.last_id and d.state = 'ready'
  where e."isLimited" and k.tenant_id = ${tenant} and k.id = e.id`;

/**
 * Gives chunks of a tenant back whose messages do not run any more, and returns these. Only from `queued`: a doubled hint
 * carries the lease of the worker that is sending, and must not take the chunk from under it.
 */
export async function releaseChunks(
  { sql }: Tx,
  tenantId: string,
  claims: readonly Claim[],
): Promise<string[]> {
  const { ids, tokens } = leasesOf(claims);
  const released = await sql<{ message_id: string }[]>`
    update chunks c set state = 'ready', lease_token = null, lease_until = null
    from unnest(${ids}::bigint[], ${tokens}::uuid[]) as claim(id, token)
    where c.tenant_id = ${toUuid("tenant", tenantId)} and c.id = claim.id and ${isOneOf({ sql }, sql`c.id`, ids)}
      and c.lease_token = claim.token and c.state is not distinct from 'queued'
    returning c.message_id`;
  return released.map((row) => fromUuid("message", row.message_id));
}
