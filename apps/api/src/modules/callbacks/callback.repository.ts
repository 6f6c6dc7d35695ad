import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { DAY_MS } from "./callback.rules.ts";

const { callbacks } = schema;

export type CallbackRow = Omit<typeof callbacks.$inferSelect, "tenantId" | "endpointId">;
export type CallbackState = CallbackRow["state"];

interface RawCallback {
  id: string;
  state: CallbackState;
  event_count: number;
  attempt_count: number;
  attempts: CallbackRow["attempts"];
  next_at: Date | null;
  ends_at: Date;
  created_at: Date;
  ended_at: Date | null;
}

const STATES: readonly CallbackState[] = ["waiting", "delivered", "dead"];

/** An endpoint's callbacks, the newest first. Of each state for itself, as the index has them. */
export async function listCallbacks(
  { sql }: Tx,
  tenantId: string,
  endpointId: string,
  state: CallbackState | undefined,
  page: PageRequest,
): Promise<CallbackRow[]> {
  const cursor = readCursor(page, "callback");
  const before = cursor === undefined ? null : toUuid("callback", cursor);
  const rows = await sql<RawCallback[]>`
    select c.* from unnest(${state ? [state] : [...STATES]}::text[]::callback_state[]) as wanted(state)
    cross join lateral (
      select id, state, event_count, attempt_count, attempts, next_at, ends_at, created_at, ended_at from callbacks
      where tenant_id = ${toUuid("tenant", tenantId)} and endpoint_id = ${toUuid("callbackEndpoint", endpointId)}
        and state = wanted.state and (${before}::uuid is null or id < ${before}::uuid)
      order by id desc limit ${page.limit + 1}
    ) c
    order by c.id desc limit ${page.limit + 1}`;
  return rows.map((row) => ({
    id: fromUuid("callback", row.id),
    state: row.state,
    eventCount: row.event_count,
    attemptCount: row.attempt_count,
    attempts: row.attempts,
    nextAt: row.next_at,
    endsAt: row.ends_at,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }));
}

export async function findCallback(
  tx: Tx,
  tenantId: string,
  endpointId: string,
  callbackId: string,
): Promise<CallbackRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(callbacks)
    .where(
      and(
        eq(callbacks.tenantId, tenantId),
        eq(callbacks.endpointId, endpointId),
        eq(callbacks.id, callbackId),
      ),
    );
  return row;
}

/** Has calls that were given up made again, for another day: the oldest first, or the one. Answers how many. */
export async function replay(
  { sql }: Tx,
  tenantId: string,
  endpointId: string,
  { limit, callbackId }: { limit: number; callbackId?: string },
): Promise<number> {
  const only = callbackId === undefined ? null : toUuid("callback", callbackId);
  const rows = await sql`
    with dead as (
      select id from callbacks where tenant_id = ${toUuid("tenant", tenantId)}
        and endpoint_id = ${toUuid("callbackEndpoint", endpointId)} and state = 'dead'
        and (${only}::uuid is null or id = ${only}::uuid)
      order by id limit ${limit} for update
    )
    update callbacks c set state = 'waiting', attempt_count = 0, next_at = now(), ended_at = null,
      ends_at = now() + make_interval(secs => ${DAY_MS / 1000})
    from dead where c.tenant_id = ${toUuid("tenant", tenantId)} and c.id = dead.id and c.state = 'dead'
    returning c.id`;
  return rows.length;
}
