import { existsSync } from "node:fs";
import { join } from "node:path";
import { PackageRefused } from "@tidings/sdk/package";
import { folderSource, httpSource, readRegistry, WELL_KNOWN_PATH } from "@tidings/sdk/registry";
import type { Clock } from "../../../platform/clock.ts";
import type { Database } from "../../../platform/database/index.ts";
import { newId } from "../../../platform/ids.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import {
  findRegistryOfKind,
  insertRegistry,
  listDueRegistries,
  nextPriority,
  type RegistryRow,
  updateRegistry,
} from "./registry.repository.ts";
import type { Synchronise } from "./synchronise.ts";

const IDLE_MS = 60_000;
/** A registry's `malicious` is heard of within so long. */
const EVERY_MS = 300_000;

export interface RegistryLoopDeps {
  database: Pick<Database, "transaction">;
  synchronise: Synchronise;
  fetch: typeof fetch;
  clock: Clock;
  logger: Pick<Logger, "warn">;
  /** Of the registry that ships with the installation; there need not be any. */
  seedFolder: string | undefined;
}

/** Keeps what other registries list up to date: the folder that ships with the installation once, servers again and again. */
export function createRegistryLoop(deps: RegistryLoopDeps): Loop {
  let isSeeded = false;
  return {
    name: "registries",
    idleMs: IDLE_MS,
    async run() {
      if (!isSeeded) isSeeded = await readSeed(deps);
      const before = new Date(deps.clock.now().getTime() - EVERY_MS);
      const due = await deps.database.transaction((tx) => listDueRegistries(tx, before));
      let isMore = false;
      for (const row of due) {
        const outcome = await deps.synchronise(row, httpSource(row.url ?? "", deps.fetch));
        if (outcome.kind === "failed") {
          const reason = outcome.faults.map(({ detail }) => detail).join("; ");
          deps.logger.warn({ registry: row.name, reason }, "a registry was not synchronised");
        }
        isMore ||= outcome.kind === "more";
      }
      return isMore || !isSeeded;
    },
  };
}

/** True once everything in the folder is here. */
async function readSeed({ seedFolder, database, synchronise, logger }: RegistryLoopDeps): Promise<boolean> {
  if (seedFolder === undefined || !existsSync(join(seedFolder, WELL_KNOWN_PATH))) return true;
  try {
    // The folder came with the code that reads it: there is nobody else whose word on its keys would count for more.
    const { keys } = await readRegistry(seedFolder);
    const row = await database.transaction((tx) => ensureSeed(tx, keys));
    const outcome = await synchronise(row, folderSource(seedFolder));
    if (outcome.kind === "failed") throw new PackageRefused(outcome.faults);
    return outcome.kind === "complete";
  } catch (error) {
    if (!(error instanceof PackageRefused)) throw error;
    logger.warn({ folder: seedFolder, reason: error.message }, "the registry that ships here is left out");
    return true;
  }
}

async function ensureSeed(
  tx: Parameters<typeof findRegistryOfKind>[0],
  publicKeys: string[],
): Promise<RegistryRow> {
  const known = await findRegistryOfKind(tx, "seed");
  if (!known) {
    const priority = await nextPriority(tx);
    await insertRegistry(tx, { id: newId("registry"), kind: "seed", name: "seed", priority, publicKeys });
  } else {
    await updateRegistry(tx, known.id, { publicKeys });
  }
  const row = await findRegistryOfKind(tx, "seed");
  if (!row) throw new Error("the seed registry was not made");
  return row;
}
