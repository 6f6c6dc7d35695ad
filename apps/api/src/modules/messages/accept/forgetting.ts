import type { Database, Transact } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import { forgetOldKeys, listTenantsWithOldKeys } from "./old-key.repository.ts";

const EVERY_MS = 3_600_000;
const KEYS_A_ROUND = 10_000;

/** Forgets idempotency keys that nobody will repeat any more. */
export function createForgettingLoop(deps: { dispatch: Database; transact: Transact }): Loop {
  return {
    name: "forgetting",
    idleMs: EVERY_MS,
    async run() {
      const tenants = await deps.dispatch.transaction(listTenantsWithOldKeys);
      for (const tenantId of tenants) {
        await deps.transact({ tenantId }, (tx) => forgetOldKeys(tx, tenantId, KEYS_A_ROUND));
      }
      return tenants.length > 0;
    },
  };
}
