import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/*
 * Orders the batches of a message against its cancellation: a cancellation either stops an attempt or sees it. Both
 * take the lock in a statement of its own, so that the statements behind it see what the other side has committed.
 * It is not the message's row: batches would then wait for every change of it, and each leave a mark on it.
 */

/** Any constant that tells this lock from others on the same message. */
const CANCELLATION = 1;

/** Keeps cancellations of the messages out until the transaction ends; any number may hold them. */
export async function holdCancellation({ sql }: Tx, messageIds: readonly string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(id, ${CANCELLATION}))
    from unnest(${messageIds.map((id) => toUuid("message", id))}::text[]) as held(id)`;
}

/** Waits for the batches that are about to be sent, and keeps further ones out until the transaction ends. */
export async function enterCancellation({ sql }: Tx, messageId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${toUuid("message", messageId)}, ${CANCELLATION}))`;
}
