import type { Tx } from "@tidings/db";
import type { Installation } from "./installation.ts";

type Books = Pick<Installation, "books">;

/**
 * Lets time pass for the engine: every moment in the database that something waits for, or is counted from, moves
 * into the past. What is due then is found by the next round of the loops.
 */
export const timePasses = (installation: Books, seconds: number): Promise<void> =>
  givingWay(() => moveMoments(installation, seconds));

/**
 * Lets the pauses pass of what waits for its next round. What is under way is left alone, where so much time would take
 * its lease away: so this may be called again and again, whatever happens meanwhile.
 */
export const pausesPass = (installation: Books, seconds: number): Promise<void> =>
  givingWay(() => installation.books.transaction((tx) => movePauses(tx, seconds)));

const DEADLOCK = "40P01";

/** Workers lock the same rows in an order of their own; whoever is chosen to give way begins anew. */
async function givingWay(work: () => Promise<void>): Promise<void> {
  await work().catch((error) => {
    if (error.code !== DEADLOCK) throw error;
    return givingWay(work);
  });
}

async function movePauses({ sql }: Tx, seconds: number): Promise<void> {
  await sql`update chunks set due_at = due_at - make_interval(secs => ${seconds}) where state = 'ready'`;
  await sql`update channel_circuits set next_probe_at = next_probe_at - make_interval(secs => ${seconds})`;
}

async function moveMoments({ books }: Books, seconds: number): Promise<void> {
  await books.transaction(async (tx) => {
    await movePauses(tx, seconds);
    const { sql } = tx;
    await sql`update chunks set lease_until = lease_until - make_interval(secs => ${seconds})
      where state in ('queued', 'sending')`;
    await sql`update deliveries set accepted_at = accepted_at - make_interval(secs => ${seconds}),
      delivered_at = delivered_at - make_interval(secs => ${seconds}),
      deferred_until = deferred_until - make_interval(secs => ${seconds}),
      limited_until = limited_until - make_interval(secs => ${seconds}),
      changed_at = changed_at - make_interval(secs => ${seconds})`;
    await sql`update attempts set started_at = started_at - make_interval(secs => ${seconds}),
      ended_at = ended_at - make_interval(secs => ${seconds})`;
    await sql`update handovers set kept_until = kept_until - make_interval(secs => ${seconds})`;
    await sql`update channel_circuits set since = since - make_interval(secs => ${seconds})`;
    await sql`update messages set scheduled_at = scheduled_at - make_interval(secs => ${seconds}),
      expires_at = expires_at - make_interval(secs => ${seconds}),
      wake_at = wake_at - make_interval(secs => ${seconds}),
      expand_again_at = expand_again_at - make_interval(secs => ${seconds})`;
    await sql`update inquiries set opened_at = opened_at - make_interval(secs => ${seconds}),
      ask_at = ask_at - make_interval(secs => ${seconds}), ends_at = ends_at - make_interval(secs => ${seconds})`;
    await sql`update recalls set created_at = created_at - make_interval(secs => ${seconds}),
      wake_at = wake_at - make_interval(secs => ${seconds})`;
    await sql`update quiet_hours set release_at = release_at - make_interval(secs => ${seconds})`;
    await sql`update series set wake_at = wake_at - make_interval(secs => ${seconds})`;
    await sql`update callback_endpoints set next_at = next_at - make_interval(secs => ${seconds}),
      failing_since = failing_since - make_interval(secs => ${seconds})`;
    await sql`update callback_events set recorded_at = recorded_at - make_interval(secs => ${seconds})`;
    await sql`update callbacks set next_at = next_at - make_interval(secs => ${seconds}),
      ends_at = ends_at - make_interval(secs => ${seconds}), ended_at = ended_at - make_interval(secs => ${seconds})`;
    await sql`update callback_secrets set expires_at = expires_at - make_interval(secs => ${seconds})`;
    await sql`update flows set wake_at = wake_at - make_interval(secs => ${seconds}) where wake_at is not null`;
  });
}
