import { grantsOf, PackageRefused, readPackage } from "@tidings/sdk/package";
import { type PluginManifest, PROTOCOL_VERSION } from "@tidings/sdk/plugin";
import type { Clock } from "../../../platform/clock.ts";
import type { Database, Tx } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import { PluginUnavailable } from "../../../platform/plugin-runtime/index.ts";
import { type InstallationContext, recordInstallationAudit } from "../../operators/index.ts";
import {
  findOldestIn,
  findPackage,
  findStale,
  type ListingRow,
  listVersions,
  type PackageRow,
  updateListing,
} from "../listings/listing.repository.ts";
import { bumpSequence } from "../registries/registry.repository.ts";
import type { CheckPackage } from "./check-package.ts";
import type { CheckReport } from "./check-report.ts";
import { versionBefore } from "./submission.rules.ts";

const IDLE_MS = 10_000;

export interface CheckerDeps {
  database: Pick<Database, "transaction">;
  checkPackage: CheckPackage;
  clock: Clock;
  logger: Pick<Logger, "warn">;
}

/** A version together with its archive and the version it is compared with. */
interface Work {
  listing: ListingRow;
  stored: PackageRow;
  before: Parameters<CheckPackage>[1];
}

/**
 * Checks what waits for it, one package at a time. The row is the queue: what was under way when a process ended is found
 * again by the next one. Two processes may check the same version; the first word counts, and they say the same.
 */
export function createCheckerLoop(deps: CheckerDeps): Loop {
  const ctx: InstallationContext = {
    actor: { kind: "system", name: "checks" },
    requestId: "system",
    now: () => deps.clock.now(),
  };
  return {
    name: "checking",
    idleMs: IDLE_MS,
    async run() {
      const work = await findWork(deps.database);
      if (!work) return false;
      const { pluginId, version } = work.listing;
      try {
        const report = await check(deps, work);
        await deps.database.transaction((tx) => settle(tx, ctx, work.listing, report));
        return true;
      } catch (error) {
        if (!(error instanceof PluginUnavailable)) throw error;
        deps.logger.warn({ pluginId, version, reason: error.message }, "a submission waits for the sandbox");
        return false;
      }
    },
  };
}

/** What was in order when it was submitted may be so no more by the rules of a later version of this host. */
async function check({ checkPackage, clock }: CheckerDeps, { stored, before }: Work): Promise<CheckReport> {
  try {
    return await checkPackage(await readPackage(stored.archive), before);
  } catch (error) {
    if (!(error instanceof PackageRefused)) throw error;
    return {
      protocol: PROTOCOL_VERSION,
      checkedAt: clock.now().toISOString(),
      grade: null,
      faults: error.faults,
      conformance: null,
      findings: [],
      grants: grantsOf(manifestOf(stored)),
      before: before ? { version: before.version, sha256: before.sha256 } : null,
      widening: [],
    };
  }
}

async function findWork(database: CheckerDeps["database"]): Promise<Work | undefined> {
  return database.transaction(async (tx) => {
    const listing = (await findOldestIn(tx, "checking")) ?? (await findStale(tx, PROTOCOL_VERSION));
    const stored = listing && (await findPackage(tx, listing.sha256));
    if (!stored) return undefined;
    const last = versionBefore(listing.version, await listVersions(tx, listing.registryId, listing.pluginId));
    const lastStored = last && (await findPackage(tx, last.sha256));
    const before = last &&
      lastStored && {
        version: last.version,
        sha256: last.sha256,
        grants: grantsOf(manifestOf(lastStored)),
      };
    return { listing, stored, before };
  });
}

/** It was judged by the manifest's schema before it was stored. */
const manifestOf = ({ manifest }: PackageRow) => manifest as unknown as PluginManifest;

/** A first check decides; one that is repeated changes the grade only, and what was listed stays listed. */
async function settle(
  tx: Tx,
  ctx: InstallationContext,
  { state: from, ...listing }: ListingRow,
  report: CheckReport,
): Promise<void> {
  const refused = report.faults.length > 0;
  const state = from === "checking" ? (refused ? "refused" : "in_review") : from;
  const { grade } = report;
  const saved = await updateListing(tx, listing, [from], { state, grade, report: { ...report } });
  if (!saved) return;
  if (from === "listed" && grade !== listing.grade) await bumpSequence(tx);
  const action = from === "checking" ? (refused ? "listing.refused" : "listing.passed") : "listing.rechecked";
  await recordInstallationAudit(tx, ctx, {
    action,
    subjectId: `${listing.pluginId}@${listing.version}`,
    subjectName: listing.pluginId,
    ...(from === "checking" ? {} : { before: { grade: listing.grade } }),
    after: { grade, faultCount: report.faults.length },
  });
}
