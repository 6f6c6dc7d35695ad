import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { MAX_EVENTS } from "../callback.rules.ts";
import { listGathered, makeCallback } from "./making.repository.ts";

export interface CallbackMakerDeps {
  dispatch: Database;
  /** Transactions as the worker role. */
  transact: Transact;
  /** There is something to call. */
  nudgeCaller(): void;
}

const ENDPOINTS_A_ROUND = 200;
const CALLBACKS_A_ROUND = 10;

/** Makes callbacks of what has happened. May run in any number of processes, and be killed at any moment. */
export function createCallbackMaker({ dispatch, transact, nudgeCaller }: CallbackMakerDeps): Loop {
  return {
    name: "callback-maker",
    idleMs: 500,
    async run() {
      const gathered = await dispatch.transaction((tx) => listGathered(tx, ENDPOINTS_A_ROUND));
      let isMore = false;
      const make = async (endpoint: (typeof gathered)[number]) => {
        for (let count = 0; count < CALLBACKS_A_ROUND; count++) {
          const told = await transact(endpoint, (tx) => makeCallback(tx, endpoint));
          if (told < MAX_EVENTS) return;
        }
        isMore = true;
      };
      await doForEach(gathered, make, "callbacks of some endpoints could not be made").finally(() => {
        if (gathered.length > 0) nudgeCaller();
      });
      return isMore;
    },
  };
}
