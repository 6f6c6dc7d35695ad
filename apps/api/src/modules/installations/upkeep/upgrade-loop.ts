import type { Clock } from "../../../platform/clock.ts";
import { type RequestContext, systemContext } from "../../../platform/context.ts";
import type { Database, Transact, Tx } from "../../../platform/database/index.ts";
import { ProblemError } from "../../../platform/errors.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import { type InstallationRow, lockInstallation } from "../installation.repository.ts";
import { laterThan, listVersions, type OpenedPackage, openPackage } from "../offers.ts";
import { type InstallationKey, listUpgradable } from "../upgrades/trial.repository.ts";
import { changeOf, isAutomatic } from "../upgrades/upgrade.rules.ts";
import { beginTrial, openUpgrade } from "../upgrades/upgrade.service.ts";

export interface UpgradeLoopDeps {
  dispatch: Database;
  transact: Transact;
  plugins: { refresh(): Promise<void> };
  clock: Clock;
  logger: Logger;
}

/** The share of the batches with which an upgrade that nobody asked for begins, percent. */
const FIRST_SHARE = 5;

/** Begins the upgrades that tenants want without being asked: those that may do no more than what they agreed to. */
export const createUpgradeLoop = (deps: UpgradeLoopDeps): Loop => ({
  name: "plugin-upgrades",
  idleMs: 60_000,
  async run() {
    const upgradable = await deps.dispatch.transaction(listUpgradable);
    let isChanged = false;
    for (const one of upgradable) isChanged = (await upgrade(deps, one)) || isChanged;
    if (isChanged) await deps.plugins.refresh();
    return false;
  },
});

/** True if a trial has begun. One plugin that cannot be upgraded keeps no other from it. */
async function upgrade(deps: UpgradeLoopDeps, key: InstallationKey): Promise<boolean> {
  const ctx = systemContext(key.tenantId, "plugin upgrades", deps.clock);
  try {
    return await deps.transact(key, async (tx) => {
      const row = await lockInstallation(tx, key.tenantId, key.pluginId);
      const next = row && row.canarySha256 === null ? await findUpgrade(tx, ctx, row) : undefined;
      if (!row || !next) return false;
      await beginTrial(tx, ctx, row, next, FIRST_SHARE);
      return true;
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    deps.logger.info({ ...key, reason: error.message }, "plugin is not upgraded");
    return false;
  }
}

/** The latest version that asks for nobody's consent and was not turned down before. */
async function findUpgrade(
  tx: Tx,
  ctx: RequestContext,
  row: InstallationRow,
): Promise<OpenedPackage | undefined> {
  const later = laterThan(await listVersions(tx, ctx, row.pluginId), row.version);
  for (const { version, sha256, obstacles } of later) {
    if (obstacles.length > 0 || sha256 === row.turnedDownSha256) continue;
    const change = changeOf(row, await openPackage(tx, sha256));
    if (isAutomatic(row.automaticUpgrades, change)) return openUpgrade(tx, ctx, row, version);
  }
  return undefined;
}
