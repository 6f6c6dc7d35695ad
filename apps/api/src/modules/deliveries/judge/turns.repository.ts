import type { Fragment, Tx } from "../../../platform/database/index.ts";

/*
 * Locks for what transactions have to do one after the other. They are held for as long as a slice of a large audience
 * takes, which may be longer than other locks are waited for.
 */

/** Less than a statement may take, so that a failure says what was waited for. */
const LONGEST_WAIT_MS = 3_500;

/** Takes the locks with the numbers that `keys` selects as `key`; they are let go when the transaction ends. */
export async function takeTurn({ sql }: Tx, keys: Fragment): Promise<void> {
  await sql`
    with patient as materialized (select set_config('lock_timeout', ${String(LONGEST_WAIT_MS)}, true))
    select pg_advisory_xact_lock(turn.key) from patient cross join (${keys} offset 0) turn`;
}
