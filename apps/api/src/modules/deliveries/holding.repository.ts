import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { enterCancellation } from "./cancellation-lock.repository.ts";

/*
 * A paused message's chunks are due never: they stay out of the dispatcher's look at what is due, however many they
 * are. Those that come back later from a worker are few, and kept back by the message's state. Its flows go on being
 * judged, so that queued steps are withdrawn; those that would take the next step are due never, too.
 */

/** Keeps what has not been sent of a paused message; waits for the batches that are about to be sent. */
export async function holdUnsent(tx: Tx, tenantId: string, messageId: string): Promise<void> {
  await enterCancellation(tx, messageId);
  await tx.sql`update chunks set due_at = 'infinity'
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = ${toUuid("message", messageId)}
      and state = 'ready'`;
}

/** Makes what was kept due again. */
export async function releaseUnsent(tx: Tx, tenantId: string, messageId: string): Promise<void> {
  await enterCancellation(tx, messageId);
  await tx.sql`update chunks set due_at = now()
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = ${toUuid("message", messageId)}
      and state = 'ready' and due_at = 'infinity'`;
  await tx.sql`update flows set wake_at = now()
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = ${toUuid("message", messageId)}
      and wake_at = 'infinity'`;
}
