import { grantsOf } from "@tidings/sdk/package";
import type { PluginManifest } from "@tidings/sdk/plugin";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import type { Obstacle } from "../marketplace/index.ts";
import { describePackages, type InstallationRow, listInstallations } from "./installation.repository.ts";
import { laterThan, listVersions } from "./offers.ts";
import { readTrialCounts } from "./upgrades/trial.repository.ts";
import { NO_COUNTS, type TrialCounts } from "./upgrades/trial.rules.ts";
import { changeOf, type UpgradeChange } from "./upgrades/upgrade.rules.ts";

/** A later version than the one that is installed. */
export interface UpgradeOffer extends UpgradeChange {
  version: string;
  /** What keeps it from being installed at the moment. */
  obstacles: Obstacle[];
}

export interface RunningTrial {
  version: string;
  sha256: string;
  /** Percent of the batches. */
  share: number;
  since: Date;
  counts: { old: TrialCounts; new: TrialCounts };
}

/** What a tenant has installed, and what could be done with it. */
export interface InstalledPlugin {
  row: InstallationRow;
  manifest: PluginManifest;
  previousVersion: string | null;
  trial: RunningTrial | null;
  upgrade: UpgradeOffer | null;
}

export function createInstalledView(deps: { transact: Transact }) {
  return async function listInstalled(ctx: RequestContext): Promise<InstalledPlugin[]> {
    return deps.transact(ctx, async (tx) => {
      const rows = await listInstallations(tx, ctx.tenantId);
      const hashes = rows.flatMap((row) =>
        [row.sha256, row.previousSha256 ?? [], row.canarySha256 ?? []].flat(),
      );
      const packages = await describePackages(tx, hashes);
      const versionOf = (sha256: string | null) => (sha256 && packages.get(sha256)?.version) || null;
      const installed: InstalledPlugin[] = [];
      for (const row of rows) {
        installed.push({
          row,
          manifest: packages.get(row.sha256)?.manifest as unknown as PluginManifest,
          previousVersion: versionOf(row.previousSha256),
          trial: await readTrial(tx, row, versionOf(row.canarySha256)),
          upgrade: await findOffer(tx, ctx, row),
        });
      }
      return installed;
    });
  };
}

async function readTrial(tx: Tx, row: InstallationRow, version: string | null): Promise<RunningTrial | null> {
  const { canarySha256: sha256, canaryPercent: share, canarySince: since } = row;
  if (sha256 === null || share === null || since === null || version === null) return null;
  const counts = await readTrialCounts(tx, row);
  return {
    version,
    sha256,
    share,
    since,
    counts: { old: counts.get(row.sha256) ?? NO_COUNTS, new: counts.get(sha256) ?? NO_COUNTS },
  };
}

async function findOffer(tx: Tx, ctx: RequestContext, row: InstallationRow): Promise<UpgradeOffer | null> {
  const [latest] = laterThan(await listVersions(tx, ctx, row.pluginId), row.version);
  if (!latest) return null;
  const grants = grantsOf(latest.manifest as unknown as PluginManifest);
  const { version, obstacles } = latest;
  return { version, obstacles, ...changeOf(row, { version, grants }) };
}
