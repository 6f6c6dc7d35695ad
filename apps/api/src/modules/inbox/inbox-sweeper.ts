import type { Database, Transact } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import { deleteExpired, listTenantsWithExpired } from "./expired-entry.repository.ts";

export interface InboxSweeperDeps {
  dispatch: Database;
  transact: Transact;
}

const TENANTS_A_ROUND = 20;
const ENTRIES_AT_ONCE = 5_000;

/** Takes entries away that have not been shown for long. */
export function createInboxSweeper({ dispatch, transact }: InboxSweeperDeps): Loop {
  return {
    name: "inbox-sweeper",
    idleMs: 60_000,
    async run() {
      const tenantIds = await dispatch.transaction((tx) => listTenantsWithExpired(tx, TENANTS_A_ROUND));
      for (const tenantId of tenantIds) {
        await transact({ tenantId }, (tx) => deleteExpired(tx, tenantId, ENTRIES_AT_ONCE));
      }
      return tenantIds.length > 0;
    },
  };
}
