import type { RecipientLimit } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { holdCancellation } from "../cancellation-lock.repository.ts";
import { REASONS } from "../delivery.rules.ts";
import { longestWindowOf, type NoRoom, nameOf } from "./recipient-limits.rules.ts";
import type { ChunkWork } from "./send.repository.ts";

/*
 * What was handed to a vendor that limits what a recipient gets. A handover is written in the transaction that opens its
 * attempt, and counts from the attempt's end: while it is open, the vendor may get it at any moment.
 */

/** The channel whose recipients are limited. */
type LimitedWork = Pick<ChunkWork, "tenantId" | "channelId">;

/** Any constant that tells these locks from others. */
const ROOM = 7;
/** Locks that the addresses of a channel share: one each would overflow the lock table. */
const LOCKS_OF_CHANNEL = 64;

/**
 * The longest that the vendor may get something behind its intent, seconds: half a minute until the request begins, and a
 * minute for it. An attempt that ends later, because nobody was there to end it, counts from then.
 */
const IN_FLIGHT_SECONDS = 120;

/** Statuses of results that the vendor may have counted. */
const COUNTED = ["accepted", "unknown", "abandoned"];

/** Where letters differ in case only, it may be one recipient. */
export const roomKeyOf = (address: string): string => address.toLowerCase();

/**
 * Lets one transaction at a time give out the room of addresses. Taken in a statement of its own, so that the one behind it
 * sees what the transaction before has handed over; in order, so that two never wait for each other.
 */
export async function holdRoom({ sql }: Tx, work: LimitedWork, addresses: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(lock.key) from (
      select distinct hashtextextended(
        ${toUuid("channel", work.channelId)}::text || abs(hashtext(address) % ${LOCKS_OF_CHANNEL}), ${ROOM}) as key
      from unnest(${[...addresses]}::text[]) as address order by key offset 0
    ) lock`;
}

/** What still counts of addresses: when the vendor may have got it at the latest, milliseconds from now, rising. */
export async function listTaken(
  { sql }: Tx,
  work: LimitedWork,
  addresses: readonly string[],
  limits: readonly RecipientLimit[],
): Promise<Map<string, number[]>> {
  const tenant = toUuid("tenant", work.tenantId);
  // All keys are looked for by one scan. They are worked out beforehand, and attempts found by their ids: behind row-level
  // security an index takes no condition that calls a function on what it is compared with.
  const rows = await sql<{ address: string; in_ms: number; message_count: number }[]>`
    with asked as materialized (
      select address, hashtextextended(address, 0) as hash from unnest(${[...addresses]}::text[]) as address
    ), handed as materialized (
      select address_hash, attempt_id, message_count from handovers
      where tenant_id = ${tenant} and channel_id = ${toUuid("channel", work.channelId)}
        and address_hash = any(array(select hash from asked)) and kept_until > now()
    ), counted as materialized (
      select id, least(coalesce(ended_at, now()), started_at + make_interval(secs => ${IN_FLIGHT_SECONDS})) as at
      from attempts
      where tenant_id = ${tenant} and id = any(array(select distinct attempt_id from handed))
        and (ended_at is null or outcome ?| ${COUNTED}::text[])
    )
    select asked.address, h.message_count,
      least(0, extract(epoch from counted.at - now()) * 1000)::float8 as in_ms
    from handed h
    join asked on asked.hash = h.address_hash
    join counted on counted.id = h.attempt_id
    where counted.at > now() - make_interval(secs => ${longestWindowOf(limits)})
    order by in_ms`;
  const taken = new Map<string, number[]>();
  for (const { address, in_ms: inMs, message_count: count } of rows) {
    const moments = taken.get(address) ?? [];
    for (let one = 0; one < count; one++) moments.push(inMs);
    taken.set(address, moments);
  }
  return taken;
}

/** What an attempt hands over, by its addresses. */
export interface Handover {
  attemptId: string;
  addresses: readonly string[];
}

/** Writes down what attempts are about to hand over. */
export async function recordHandovers(
  { sql }: Tx,
  work: LimitedWork,
  handovers: readonly Handover[],
  limits: readonly RecipientLimit[],
): Promise<void> {
  const attempts = handovers.flatMap(({ attemptId, addresses }) => addresses.map(() => attemptId));
  const addresses = handovers.flatMap((handover) => handover.addresses);
  await sql`
    insert into handovers (tenant_id, channel_id, address_hash, attempt_id, message_count, kept_until)
    select ${toUuid("tenant", work.tenantId)}, ${toUuid("channel", work.channelId)}, hashtextextended(address, 0),
      attempt, count(*), now() + make_interval(secs => ${longestWindowOf(limits) + IN_FLIGHT_SECONDS})
    from unnest(${attempts}::bigint[], ${addresses}::text[]) as h(attempt, address)
    group by 3, 4`;
}

/** A delivery that has to wait for room at the vendor. */
export interface Waiting extends NoRoom {
  id: string;
  messageId: string;
}

/** Writes down until when, and by which limit, deliveries are kept back. */
export async function keepBack(tx: Tx, work: LimitedWork, waiting: readonly Waiting[]): Promise<void> {
  const { sql } = tx;
  const rows = waiting.map(({ id, inMs, limit }) => ({ id, inMs, name: nameOf(limit) }));
  await holdCancellation(tx, [...new Set(waiting.map(({ messageId }) => messageId))]);
  await sql`
    update deliveries d set limited_until = now() + make_interval(secs => w."inMs" / 1000), changed_at = now(),
      reason = ${REASONS.recipientLimit}, reason_detail = w.name
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w(id bigint, "inMs" float8, name text)
    where d.tenant_id = ${toUuid("tenant", work.tenantId)} and d.id = w.id and d.state = 'ready'`;
}

/** Tenants with handovers that count no more. Runs as the dispatcher, across tenants. */
export async function listTenantsWithOldHandovers({ sql }: Tx): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`
    select distinct tenant_id from (
      select tenant_id from handovers where kept_until < now() order by kept_until limit 10000
    ) old`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

const FORGOTTEN_AT_ONCE = 10_000;

/** Forgets some of the tenant's old handovers; true when there may be more. */
export async function forgetHandovers({ sql }: Tx, tenantId: string): Promise<boolean> {
  const tenant = toUuid("tenant", tenantId);
  const { count } = await sql`
    delete from handovers where tenant_id = ${tenant} and (channel_id, address_hash, attempt_id) in (
      select channel_id, address_hash, attempt_id from handovers
      where tenant_id = ${tenant} and kept_until < now() order by kept_until limit ${FORGOTTEN_AT_ONCE})`;
  return count === FORGOTTEN_AT_ONCE;
}
