import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { enterCancellation } from "./cancellation-lock.repository.ts";

/*
 * A paused message's chunks are due never: they stay out of the dispatcher's look at what is due, however many they
 * are. Those that come back later from a worker are few, and kept back by the message's state. Its flows go on being
 * judged, so that queued steps are withdrawn; those that would take the next step are looked at again and again.
 */

/** How long a flow is kept back whose message is paused, until it is looked at again, seconds. */
export const KEPT_BACK_SECONDS = 600;
/** Flows that a resumption makes due by itself; how many it is bounds how long it takes. Others come by themselves. */
const RELEASED_FLOWS = 50_000;

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
  await releaseFlows(tx, toUuid("tenant", tenantId), toUuid("message", messageId));
}

/**
 * Has those judged that were kept back; a timer that would end as soon is only looked at too early. Whoever holds one has
 * it judged anyway, and is not waited for: batches lock flows first and the message afterwards.
 */
async function releaseFlows({ sql }: Tx, tenant: string, message: string): Promise<void> {
  await sql`
    update flows f set wake_at = now()
    from (
      select user_id from flows where tenant_id = ${tenant} and message_id = ${message} and state = 'waiting'
        and wake_at between now() and now() + make_interval(secs => ${KEPT_BACK_SECONDS})
      limit ${RELEASED_FLOWS} for update skip locked
    ) kept
    where f.tenant_id = ${tenant} and f.message_id = ${message} and f.user_id = kept.user_id`;
}
