import type { schema } from "@tidings/db";
import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { countUnmade } from "../expand/unmade.repository.ts";
import { perSecondOf, roomOf, usedUntil, visitOf, waitMs } from "./pace.rules.ts";
import type { ChunkWork } from "./send.repository.ts";

/** Whose rates count for a chunk. */
type PacedWork = Pick<ChunkWork, "tenantId" | "messageId" | "channelId">;

/** What a chunk may send now; with nothing, how long to wait and when its turn in the queue is. */
export type Slots = { count: number } | { count: 0; waitMs: number; turnMs: number };

/** A chunk that was put off looks again after this at the latest: those before it may have been cancelled. */
const LONGEST_TURN_MS = 10_000;

interface PacerRow {
  subject_id: string;
  used_until_ms: number;
  queued_until_ms: number;
  per_second: number;
  now_ms: number;
}

/**
 * Takes up to `wanted` deliveries out of the rates of the chunk's message and channel; everything wanted where neither
 * has one. The rates are read anew each time, so a change holds from the next batch on.
 */
export async function takeSlots(tx: Tx, work: PacedWork, wanted: number, left: number): Promise<Slots> {
  const pacers = await lockPacers(tx, work);
  if (pacers.length === 0) return { count: wanted };
  const nowMs = pacers[0]?.now_ms ?? 0;
  const paces = pacers.map((row) => ({ perSecond: row.per_second, usedUntilMs: row.used_until_ms }));
  const count = Math.min(wanted, ...paces.map((pace) => roomOf(pace, nowMs)));
  const changes = pacers.map((row, index) => {
    const pace = paces[index] as (typeof paces)[number];
    const queuedFromMs = Math.max(row.queued_until_ms, nowMs);
    return {
      subject_id: row.subject_id,
      used_until_ms: usedUntil(pace, count, nowMs),
      // A place in the queue is as long as a visit, or the chunk would stand behind itself the next time. A queue that
      // is longer than anybody waits need not be counted further.
      queued_until_ms:
        count > 0
          ? row.queued_until_ms
          : Math.min(
              queuedFromMs + (visitOf(pace.perSecond, left) * 1000) / pace.perSecond,
              nowMs + LONGEST_TURN_MS,
            ),
    };
  });
  await tx.sql`update pacers p set used_until_ms = c.used_until_ms, queued_until_ms = c.queued_until_ms
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      as c(subject_id uuid, used_until_ms float8, queued_until_ms float8)
    where p.tenant_id = ${toUuid("tenant", work.tenantId)} and p.subject_id = c.subject_id`;
  if (count > 0) return { count };
  const wait = Math.max(...paces.map((pace) => waitMs(pace, nowMs)));
  const turn = Math.max(...pacers.map((row) => row.queued_until_ms - nowMs));
  return { count: 0, waitMs: wait, turnMs: Math.min(Math.max(wait, turn), LONGEST_TURN_MS) };
}

/** In the order of their ids, so that two chunks never wait for each other; the clock is read behind the locks. */
async function lockPacers({ sql }: Tx, work: PacedWork): Promise<PacerRow[]> {
  const tenant = toUuid("tenant", work.tenantId);
  const message = toUuid("message", work.messageId);
  const channel = toUuid("channel", work.channelId);
  const rates = await sql<{ subject_id: string; per_second: number }[]>`
    select id as subject_id, rate_per_second as per_second from messages
    where tenant_id = ${tenant} and id = ${message} and rate_per_second is not null
    union all
    select id, rate_per_second from channels
    where tenant_id = ${tenant} and id = ${channel} and rate_per_second is not null`;
  if (rates.length === 0) return [];
  const ids = rates.map((row) => row.subject_id);
  await sql`insert into pacers (tenant_id, subject_id, used_until_ms, queued_until_ms)
    select ${tenant}, id, 0, 0 from unnest(${ids}::uuid[]) as id order by id on conflict do nothing`;
  await sql`select from pacers where tenant_id = ${tenant} and subject_id = any(${ids}::uuid[])
    order by subject_id for update`;
  const rows = await sql<Omit<PacerRow, "per_second">[]>`
    select subject_id, used_until_ms, queued_until_ms, extract(epoch from clock_timestamp())::float8 * 1000 as now_ms
    from pacers where tenant_id = ${tenant} and subject_id = any(${ids}::uuid[])`;
  const perSecond = new Map(rates.map((row) => [row.subject_id, row.per_second]));
  return rows.map((row) => ({ ...row, per_second: perSecond.get(row.subject_id) ?? 1 }));
}

/**
 * Gives a message another rate. One that spreads it over time is worked out from what is known to be left; before the
 * audience is, that is left to the expander. The message has to be locked.
 */
export async function setRate(
  tx: Tx,
  tenantId: string,
  messageId: string,
  rate: schema.Rate | null,
): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  const perSecond = rate && (await perSecondNow(tx, tenantId, messageId, rate));
  await sql`update messages set rate = ${rate && JSON.stringify(rate)}::jsonb,
    rate_per_second = ${perSecond}::float8, updated_at = now() where tenant_id = ${tenant} and id = ${message}`;
  // What was put off under the old rate looks again now, in a queue of its own.
  await sql`update pacers set queued_until_ms = 0 where tenant_id = ${tenant} and subject_id = ${message}`;
  await sql`update chunks set due_at = now() where tenant_id = ${tenant} and message_id = ${message}
    and state = 'ready' and due_at <> 'infinity' and round_cursor is not null`;
}

/** What the rate comes to for what is left; null while that is not known. */
async function perSecondNow(
  tx: Tx,
  tenantId: string,
  messageId: string,
  rate: schema.Rate,
): Promise<number | null> {
  if ("perSecond" in rate) return rate.perSecond;
  const [unsent, unmade] = await Promise.all([
    countUnsent(tx, tenantId, messageId),
    countUnmade(tx, tenantId, messageId),
  ]);
  const left = unsent + unmade;
  return left > 0 ? perSecondOf(rate, left) : null;
}

/** How many of a message's deliveries that are made have still to be sent. */
export async function countUnsent({ sql }: Tx, tenantId: string, messageId: string): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await sql<[{ count: number }]>`
    select coalesce(sum(n.count), 0)::int as count from chunks c cross join lateral (
      select count(*) from deliveries d where d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id
        and d.state = 'ready'
    ) n where c.tenant_id = ${tenant} and c.message_id = ${toUuid("message", messageId)} and c.state <> 'done'`;
  return row.count;
}

/** Works out what a rate over time comes to, once it is known for how many the message is. */
export async function fixRate(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  perSecond: number,
): Promise<void> {
  await sql`update messages set rate_per_second = ${perSecond}::float8
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("message", messageId)}
      and rate_per_second is null and rate is not null`;
}
