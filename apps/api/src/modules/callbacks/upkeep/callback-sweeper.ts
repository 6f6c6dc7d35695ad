import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { deleteExpired, listWithExpired } from "./retention.repository.ts";

export interface CallbackSweeperDeps {
  dispatch: Database;
  /** Transactions as the worker role. */
  transact: Transact;
}

const ENDPOINTS_A_ROUND = 20;
const CALLBACKS_AT_ONCE = 2_000;

/** Takes callbacks away that have long been over. */
export function createCallbackSweeper({ dispatch, transact }: CallbackSweeperDeps): Loop {
  return {
    name: "callback-sweeper",
    idleMs: 60_000,
    async run() {
      const endpoints = await dispatch.transaction((tx) => listWithExpired(tx, ENDPOINTS_A_ROUND));
      await doForEach(
        endpoints,
        (endpoint) => transact(endpoint, (tx) => deleteExpired(tx, endpoint, CALLBACKS_AT_ONCE)),
        "callbacks of some endpoints could not be swept",
      );
      return endpoints.length > 0;
    },
  };
}
