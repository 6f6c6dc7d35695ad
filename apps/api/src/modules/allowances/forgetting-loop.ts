import type { Database, Transact } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import { forgetOld, listTenantsToForget } from "./forgetting.repository.ts";

const FORGET_EVERY_MS = 3_600_000;

/** Forgets what was told of consents, and taken of them, longer ago than anybody repeats or asks. The counts stay. */
export function createAllowanceForgettingLoop(deps: { dispatch: Database; transact: Transact }): Loop {
  return {
    name: "allowance-sweeper",
    idleMs: FORGET_EVERY_MS,
    async run() {
      const tenants = await deps.dispatch.transaction(listTenantsToForget);
      let more = false;
      for (const tenantId of tenants) {
        more = (await deps.transact({ tenantId }, (tx) => forgetOld(tx, tenantId))) || more;
      }
      return more;
    },
  };
}
