import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { pauseSeconds } from "../delivery.rules.ts";
import type { MessageRef } from "./expanding.repository.ts";

/*
 * Messages whose deliveries could not be made. They stand in an index of their own, by the time at which they are tried
 * again: what looks for messages to expand does not see them, however many they are.
 */

/** Failures in a row after which somebody has to look at it: half an hour has passed by then. */
export const STUCK_AFTER_FAILURES = 8;
/** What the column can hold. */
const MOST_FAILURES = 32_767;

/** Messages that are to be tried again now, those first that wait longest. Runs as the dispatcher, across tenants. */
export async function listFailed({ sql }: Tx, limit: number): Promise<MessageRef[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from messages
    where state = 'expanding' and expand_failure_count > 0 and expand_again_at <= now()
    order by expand_again_at, id limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.id),
  }));
}

/**
 * Puts a message off whose deliveries could not be made, for longer each time; returns how often in a row that has been,
 * 0 when it is not expanding any more.
 */
export async function putOff({ sql }: Tx, { tenantId, messageId }: MessageRef): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  const [row] = await sql<{ failures: number }[]>`
    select expand_failure_count as failures from messages
    where tenant_id = ${tenant} and id = ${message} and state = 'expanding' for no key update`;
  if (!row) return 0;
  const failureCount = Math.min(row.failures + 1, MOST_FAILURES);
  await sql`
    update messages set expand_failure_count = ${failureCount},
      expand_again_at = now() + make_interval(secs => ${pauseSeconds(failureCount, Math.random())})
    where tenant_id = ${tenant} and id = ${message}`;
  return failureCount;
}

/** The transaction, or one of its statements, took longer than it may. */
const TOO_SLOW = new Set(["DATABASE_DEADLINE", "57014"]);

/** Whether less of the same might have been made in time. */
export const isTooSlow = (error: unknown) =>
  error instanceof Error && "code" in error && TOO_SLOW.has(String(error.code));

/** How many messages cannot be expanded, by whether somebody has to look at it. Runs as the dispatcher. */
export async function countFailing({ sql }: Tx): Promise<{ triedAgain: number; stuck: number }> {
  const [row] = await sql<[{ triedAgain: number; stuck: number }]>`
    select count(*) filter (where expand_failure_count < ${STUCK_AFTER_FAILURES})::int as "triedAgain",
      count(*) filter (where expand_failure_count >= ${STUCK_AFTER_FAILURES})::int as stuck
    from messages where state = 'expanding' and expand_failure_count > 0`;
  return row;
}
