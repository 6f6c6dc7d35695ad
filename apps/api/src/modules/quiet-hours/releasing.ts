import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import { doForEach, type Loop } from "../../platform/loops.ts";
import { listDueReleases, planRelease, takeRelease } from "./quiet-hours.repository.ts";

const TENANTS_A_ROUND = 100;

/**
 * After so long nothing that was judged by the hours before can still be under way: a process remembers them for a
 * second, and a transaction takes five at most.
 */
const AGAIN_AFTER_SECONDS = 15;

export interface ReleaseDeps {
  /** Has what quiet hours have kept back from these users, or from everybody, looked at again. */
  releaseDeferred(tx: Tx, tenantId: string, userIds: readonly string[] | null): Promise<void>;
}

/**
 * Quiet hours have been changed, those of everybody or a user's own: what they keep back is judged anew. At once, and
 * again when everything is there that others were just about to keep back by the hours before. A later end needs neither:
 * it is found when the time has come.
 */
export async function releaseAfterChange(
  deps: ReleaseDeps,
  tx: Tx,
  tenantId: string,
  userId: string | null,
): Promise<void> {
  await deps.releaseDeferred(tx, tenantId, userId === null ? null : [userId]);
  await planRelease(tx, tenantId, userId, AGAIN_AFTER_SECONDS);
}

/** Looks for the second time at what changed quiet hours keep back. */
export function createReleaseLoop(deps: ReleaseDeps & { dispatch: Database; transact: Transact }): Loop {
  return {
    name: "quiet-hours",
    idleMs: 1_000,
    async run() {
      const tenants = await deps.dispatch.transaction((tx) => listDueReleases(tx, TENANTS_A_ROUND));
      const release = (tenantId: string) =>
        deps.transact({ tenantId }, async (tx) => {
          const userIds = await takeRelease(tx, tenantId);
          if (userIds !== undefined) await deps.releaseDeferred(tx, tenantId, userIds);
        });
      await doForEach(tenants, release, "what changed quiet hours keep back was not looked at again");
      return tenants.length === TENANTS_A_ROUND;
    },
  };
}
