import type { Clock } from "../../../platform/clock.ts";
import { systemContext } from "../../../platform/context.ts";
import type { Database, Transact } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import { PLUGIN_BLOCKED } from "../../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../../audit/index.ts";
import { pauseChannelsOf, type WakeRetries, wakeChannelsOf } from "../../channels/index.ts";
import { lockInstallation, updateInstallation } from "../installation.repository.ts";
import { subjectOf } from "../installation.service.ts";
import type { InstallationKey } from "../upgrades/trial.repository.ts";
import { findBlock, listUntold } from "./block.repository.ts";

export interface BlockLoopDeps {
  dispatch: Database;
  transactAsWorker: Transact;
  wakeRetries: WakeRetries;
  clock: Clock;
}

/**
 * Tells tenants that what they run was blocked, or may run again: in their audit log, and at their channels. It stops
 * nothing itself; every process does that as soon as it sees the block.
 */
export const createBlockLoop = (deps: BlockLoopDeps): Loop => ({
  name: "plugin-blocks",
  idleMs: 2_000,
  async run() {
    const untold = await deps.dispatch.transaction(listUntold);
    for (const one of untold) await tell(deps, one);
    return false;
  },
});

function tell({ transactAsWorker, wakeRetries, clock }: BlockLoopDeps, key: InstallationKey): Promise<void> {
  const ctx = systemContext(key.tenantId, "plugin marketplace", clock);
  const { tenantId, pluginId } = key;
  return transactAsWorker(key, async (tx) => {
    const row = await lockInstallation(tx, tenantId, pluginId);
    const block = row && (await findBlock(tx, row.sha256));
    const toldOfSha256 = block ? row.sha256 : null;
    if (!row || row.toldOfSha256 === toldOfSha256) return;
    await updateInstallation(tx, row, { toldOfSha256, updatedAt: ctx.now() });
    if (block) await pauseChannelsOf(tx, ctx, pluginId, PLUGIN_BLOCKED);
    else await wakeChannelsOf(tx, tenantId, pluginId, wakeRetries);
    await recordAudit(tx, ctx, {
      action: block ? "plugin.blocked" : "plugin.unblocked",
      ...subjectOf(pluginId),
      after: block ?? { version: row.version },
    });
  });
}
