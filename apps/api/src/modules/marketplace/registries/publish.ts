import { createHash } from "node:crypto";
import { type Envelope, GRADES, type Grade } from "@tidings/sdk/package";
import { buildRegistry, type Label, type RegistryContent } from "@tidings/sdk/registry";
import type { Clock } from "../../../platform/clock.ts";
import type { Database } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import { ensureOwnRegistry, type OwnRegistry } from "./own-registry.ts";
import {
  findRegistryFile,
  listPublished,
  listPublisherKeys,
  lockRegistry,
  type RegistryFileRow,
  replaceRegistryFiles,
} from "./registry-file.repository.ts";

const IDLE_MS = 30_000;
const INDEX = "index.json";
const LOG = "log.jsonl";

export interface PublishDeps {
  database: Pick<Database, "transaction">;
  ownRegistry: OwnRegistry;
  clock: Clock;
  /** As other installations see it. */
  name: string;
}

/**
 * Makes the own registry's static files anew when something about it has changed. The row's sequence counts the changes;
 * the index bears the one it was made at, so that it is known whether there is anything to do, and rises.
 */
export function createPublishingLoop(deps: PublishDeps): Loop {
  return {
    name: "publishing",
    idleMs: IDLE_MS,
    async run() {
      const due = await deps.database.transaction(async (tx) => {
        const registryId = await ensureOwnRegistry(tx, deps.ownRegistry);
        const row = await lockRegistry(tx, registryId);
        const index = await findRegistryFile(tx, INDEX);
        if (index && index.sequence >= row.sequence) return undefined;
        const log = await findRegistryFile(tx, LOG);
        return { row, log, listed: await listPublished(tx, registryId), keys: await listPublisherKeys(tx) };
      });
      if (!due) return false;
      const { row, log, listed, keys } = due;
      // A sequence of its own for the very first index, which lists nothing yet.
      const sequence = Math.max(row.sequence, 1);
      const built = await buildRegistry(contentOf(deps.name, listed, keys), deps.ownRegistry.privateKey, {
        previous: {
          sequence: sequence - 1,
          log: log ? Buffer.from(log.content).toString("utf8") : "",
          formerKeys: row.publicKeys.filter((key) => key !== deps.ownRegistry.publicKey),
        },
        at: deps.clock.now(),
      });
      const files = [...built.files]
        .filter(([path]) => !path.endsWith(".tgz"))
        .map(([path, content]) => fileOf(path, content, sequence));
      await deps.database.transaction(async (tx) => {
        await lockRegistry(tx, row.id);
        const index = await findRegistryFile(tx, INDEX);
        if (!index || index.sequence < sequence) await replaceRegistryFiles(tx, row.id, files);
      });
      return false;
    },
  };
}

type Listed = Awaited<ReturnType<typeof listPublished>>;
type Keys = Awaited<ReturnType<typeof listPublisherKeys>>;

function contentOf(name: string, listed: Listed, keys: Keys): RegistryContent {
  const entries = listed.flatMap(({ archive, envelope, grade, labels, listedAt }) =>
    isGrade(grade)
      ? [
          {
            archive,
            envelope: envelope as unknown as Envelope,
            grade,
            labels: labels as Label[],
            listedAt: listedAt.toISOString(),
          },
        ]
      : [],
  );
  const slugs = new Set(listed.map(({ pluginId }) => pluginId.split("/")[0]));
  const publishers = keys.filter(({ slug }) => slugs.has(slug));
  return { name, publishers, entries };
}

/** A version that lost its grade when it was checked again is in the log as withdrawn. */
const isGrade = (grade: string | null): grade is Grade => GRADES.some((one) => one === grade);

const fileOf = (path: string, content: Uint8Array, sequence: number): RegistryFileRow => ({
  path,
  content,
  sha256: createHash("sha256").update(content).digest("hex"),
  sequence,
});
