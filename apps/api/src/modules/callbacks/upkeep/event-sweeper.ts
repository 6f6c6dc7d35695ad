import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { forgetEvents, type HeardEndpoint, listHeardEndpoints } from "./old-event.repository.ts";

export interface EventSweeperDeps {
  dispatch: Database;
  transact: Transact;
}

/** How often some of an endpoint's events are looked at in a round. */
const TIMES_A_ROUND = 20;

/** Forgets events that are over. */
export function createEventSweeper({ dispatch, transact }: EventSweeperDeps): Loop {
  return {
    name: "callback-event-sweeper",
    idleMs: 3_600_000,
    async run() {
      const endpoints = await dispatch.transaction(listHeardEndpoints);
      let hasMore = false;
      const sweep = async (endpoint: HeardEndpoint) => {
        hasMore = (await sweepEndpoint(transact, endpoint)) || hasMore;
      };
      await doForEach(endpoints, sweep, "events were not forgotten");
      return hasMore;
    },
  };
}

/** True when there is more to forget. */
async function sweepEndpoint(transact: Transact, endpoint: HeardEndpoint): Promise<boolean> {
  let behind = "0";
  for (let times = 0; times < TIMES_A_ROUND; times++) {
    const last = await transact(endpoint, (tx) => forgetEvents(tx, endpoint, behind));
    if (last === undefined) return false;
    behind = last;
  }
  return true;
}
