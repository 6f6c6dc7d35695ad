import type { Clock } from "../../../platform/clock.ts";
import { type RequestContext, systemContext } from "../../../platform/context.ts";
import type { Database, Transact, Tx } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import { recordAudit } from "../../audit/index.ts";
import type { WakeRetries } from "../../channels/index.ts";
import { type InstallationRow, lockInstallation, updateInstallation } from "../installation.repository.ts";
import { endTrial, subjectOf } from "../installation.service.ts";
import { openPackage } from "../offers.ts";
import {
  type InstallationKey,
  isBlocked,
  listTrials,
  readTrialCounts,
} from "../upgrades/trial.repository.ts";
import { judgeTrial, NO_COUNTS, type TrialShare, type Verdict } from "../upgrades/trial.rules.ts";
import { takeUpgrade } from "../upgrades/upgrade.service.ts";

export interface TrialLoopDeps {
  dispatch: Database;
  transact: Transact;
  /** Hands on what this process has counted. */
  trials: { save(): Promise<void> };
  plugins: { refresh(): Promise<void> };
  wakeRetries: WakeRetries;
  clock: Clock;
}

/** Decides about trials. Any number of processes may: each decision is taken with the installation held. */
export const createTrialLoop = (deps: TrialLoopDeps): Loop => ({
  name: "plugin-trials",
  idleMs: 5_000,
  async run() {
    await deps.trials.save();
    const trials = await deps.dispatch.transaction(listTrials);
    let isChanged = false;
    for (const trial of trials) isChanged = (await decide(deps, trial)) || isChanged;
    if (isChanged) await deps.plugins.refresh();
    return false;
  },
});

/** True if anything has changed. */
function decide(deps: TrialLoopDeps, key: InstallationKey): Promise<boolean> {
  const ctx = systemContext(key.tenantId, "plugin trials", deps.clock);
  return deps.transact(key, async (tx) => {
    const row = await lockInstallation(tx, key.tenantId, key.pluginId);
    if (!row || row.canarySha256 === null) return false;
    const verdict = await judge(tx, row, row.canarySha256, ctx.now());
    await follow(deps, tx, ctx, row, row.canarySha256, verdict);
    return verdict.kind !== "go_on";
  });
}

async function judge(tx: Tx, row: InstallationRow, tried: string, now: Date): Promise<Verdict> {
  const counts = await readTrialCounts(tx, row);
  return judgeTrial({
    share: row.canaryPercent ?? 0,
    ageMs: now.getTime() - (row.canarySince ?? now).getTime(),
    old: counts.get(row.sha256) ?? NO_COUNTS,
    new: counts.get(tried) ?? NO_COUNTS,
    isBlocked: await isBlocked(tx, tried),
  });
}

async function follow(
  deps: TrialLoopDeps,
  tx: Tx,
  ctx: RequestContext,
  row: InstallationRow,
  tried: string,
  verdict: Verdict,
): Promise<void> {
  if (verdict.kind === "raise") await raise(tx, ctx, row, verdict.share);
  if (verdict.kind === "go_back") await endTrial(tx, ctx, row, verdict.because);
  if (verdict.kind === "keep")
    await takeUpgrade(tx, ctx, row, await openPackage(tx, tried), deps.wakeRetries);
}

async function raise(tx: Tx, ctx: RequestContext, row: InstallationRow, share: TrialShare): Promise<void> {
  await updateInstallation(tx, row, { canaryPercent: share, canarySince: ctx.now(), updatedAt: ctx.now() });
  await recordAudit(tx, ctx, {
    action: "plugin.trial_raised",
    ...subjectOf(row.pluginId),
    before: { share: row.canaryPercent },
    after: { share },
  });
}
