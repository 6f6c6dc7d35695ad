import { type Fault, PackageRefused } from "@tidings/sdk/package";
import {
  type Registry,
  type RegistryPackage,
  type RegistrySource,
  readRegistry,
} from "@tidings/sdk/registry";
import type { Clock } from "../../../platform/clock.ts";
import type { Database, Tx } from "../../../platform/database/index.ts";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import { type InstallationContext, recordInstallationAudit } from "../../operators/index.ts";
import { blockByLabel, followMaliciousLabel } from "../blocks/label-block.ts";
import {
  insertListing,
  insertPackage,
  listKnownPackages,
  listListingsOf,
  updateListing,
} from "../listings/listing.repository.ts";
import { marketplaceFault } from "../marketplace-faults.ts";
import { boundedSource } from "./bounded-source.ts";
import { type RegistryRow, raiseSequence, updateRegistry } from "./registry.repository.ts";
import { MAX_FETCHED, type OfferedVersion, planSync, type SyncPlan } from "./sync-plan.rules.ts";

const LIMITS = { files: 4_000, bytes: 96 * 1024 * 1024, milliseconds: 240_000 };
/** Of one failure that are kept; the first tells most. */
const MAX_FAULTS = 5;

export interface SynchroniseDeps {
  database: Pick<Database, "transaction">;
  catalogue: Pick<PluginCatalogue, "find">;
  clock: Clock;
}

/** What came of a round. */
export type SyncOutcome = { kind: "complete" } | { kind: "more" } | { kind: "failed"; faults: Fault[] };

interface Fetched {
  offered: OfferedVersion;
  found: RegistryPackage | undefined;
}

/**
 * Takes over what a registry lists. Everything is checked against the keys that were pinned when it was added: the index,
 * the log, each package's signatures. Nothing is written where something is wrong, but the reason.
 */
export function createSynchronise(deps: SynchroniseDeps) {
  const ctxOf = ({ name }: RegistryRow): InstallationContext => ({
    actor: { kind: "system", name },
    requestId: "system",
    now: () => deps.clock.now(),
  });

  async function round(row: RegistryRow, source: RegistrySource): Promise<SyncOutcome> {
    const registry = await readRegistry(boundedSource(source, LIMITS), {
      keys: row.publicKeys,
      // What ships with the installation goes back with it.
      sequence: row.kind === "seed" ? 0 : row.sequence,
    });
    const known = await deps.database.transaction((tx) => listListingsOf(tx, row.id));
    const plan = planSync(registry.plugins, known, (id) => deps.catalogue.find(id) !== undefined);
    const [rewritten] = plan.rewritten;
    if (rewritten) {
      const { pluginId, version } = rewritten;
      throw new PackageRefused([marketplaceFault("registry_rewrites", { pluginId, version })]);
    }
    const fetched = await fetchMissing(deps, registry, plan.missing.slice(0, MAX_FETCHED));
    const isComplete = plan.missing.length <= MAX_FETCHED;
    await deps.database.transaction(async (tx) => {
      if (!(await raiseSequence(tx, row.id, registry.sequence, row.kind))) {
        throw new PackageRefused([marketplaceFault("index_overtaken", { sequence: registry.sequence })]);
      }
      await apply(tx, ctxOf(row), row, plan, fetched);
      const syncedAt = isComplete ? deps.clock.now() : row.syncedAt;
      await updateRegistry(tx, row.id, { syncedAt, failure: null });
    });
    return { kind: isComplete ? "complete" : "more" };
  }

  return async (row: RegistryRow, source: RegistrySource): Promise<SyncOutcome> => {
    try {
      return await round(row, source);
    } catch (error) {
      if (!(error instanceof PackageRefused)) throw error;
      const faults = error.faults.slice(0, MAX_FAULTS);
      await deps.database.transaction((tx) => updateRegistry(tx, row.id, { failure: faults }));
      return { kind: "failed", faults };
    }
  };
}

export type Synchronise = ReturnType<typeof createSynchronise>;

/** Archives that another registry brought are here; their signatures are checked all the same. */
async function fetchMissing(
  { database }: SynchroniseDeps,
  registry: Registry,
  missing: OfferedVersion[],
): Promise<Fetched[]> {
  const bad = missing.filter(({ labels }) => labels.includes("malicious"));
  const here = await database.transaction((tx) =>
    listKnownPackages(
      tx,
      bad.map(({ sha256 }) => sha256),
    ),
  );
  const fetched: Fetched[] = [];
  for (const offered of missing) {
    // What is malicious is not fetched to be looked at; that it is blocked needs its hash only.
    const isWanted = !offered.labels.includes("malicious") || here.has(offered.sha256);
    const found = isWanted ? await registry.getPackage(offered.pluginId, offered.version) : undefined;
    fetched.push({ offered, found });
  }
  return fetched;
}

async function apply(
  tx: Tx,
  ctx: InstallationContext,
  row: RegistryRow,
  { changed, gone }: SyncPlan,
  fetched: Fetched[],
): Promise<void> {
  const reason = `The registry "${row.name}" calls it malicious.`;
  for (const { offered, found } of fetched) {
    if (found) await addListing(tx, row, offered, found);
    else await blockByLabel(tx, ctx, offered, reason);
  }
  for (const offered of changed) {
    const { version, pluginId, grade, labels } = offered;
    const changes = { state: "listed" as const, grade, labels };
    await updateListing(tx, { registryId: row.id, pluginId, version }, ["listed", "withdrawn"], changes);
  }
  for (const { pluginId, version } of gone) {
    await updateListing(tx, { registryId: row.id, pluginId, version }, ["listed"], { state: "withdrawn" });
  }
  const judged = [...fetched.flatMap(({ offered, found }) => (found ? [offered] : [])), ...changed];
  for (const offered of judged) await followMaliciousLabel(tx, ctx, offered, reason);
  if (fetched.length + changed.length + gone.length === 0) return;
  await recordInstallationAudit(tx, ctx, {
    action: "registry.synchronised",
    subjectId: row.id,
    subjectName: row.name,
    after: { addedCount: fetched.length, changedCount: changed.length, withdrawnCount: gone.length },
  });
}

async function addListing(
  tx: Tx,
  { id: registryId }: RegistryRow,
  { pluginId, version, sha256, grade, labels, listedAt }: OfferedVersion,
  { archive, plugin, envelope }: RegistryPackage,
): Promise<void> {
  await insertPackage(tx, { sha256, pluginId, version, manifest: { ...plugin.manifest }, archive });
  await insertListing(tx, {
    registryId,
    pluginId,
    version,
    sha256,
    envelope: { ...envelope },
    state: "listed",
    grade,
    labels,
    listedAt: new Date(listedAt),
  });
}
