import type { Fragment, Tx } from "../../platform/database/index.ts";

/*
 * Users for whom a message was cancelled, while it goes on for the others. Whatever would still send them something
 * finds their entries:
 *
 * - Deliveries that are made later are made `cancelled`. Those being made meanwhile are made anew, because the message's
 *   count has changed; of messages without such users nobody asks.
 * - A batch is opened behind the lock of cancellations, and then leaves them out: also what was being made, or was under
 *   way and is to be tried again. A channel that is down opens none: what comes back is looked for by the sweeper too.
 * - A flow counts as ended as soon as the entry is there. Its row is ended by the sweeper: batches lock flows first and
 *   the message afterwards.
 * - What was unknown, and turns out never to have reached the vendor, ends `cancelled`.
 */

/** Whether row `a`, which has a message and a user, is of a user for whom its message was cancelled. */
export const isCancelledFor = ({ sql }: Pick<Tx, "sql">, tenant: string, a: Fragment): Fragment => sql`exists(
  select from cancelled_users x
  where x.tenant_id = ${tenant} and x.message_id = ${a}.message_id and x.user_id = ${a}.user_id)`;
