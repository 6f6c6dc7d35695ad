import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { compare, prerelease } from "semver";
import { fault } from "../faults/index.ts";
import { seal } from "../package/envelope.ts";
import { grantsOf } from "../package/grants.ts";
import { publicKeyOf } from "../package/keys.ts";
import { type PluginPackage, readPackage } from "../package/read.ts";
import { PackageRefused } from "../package/refused.ts";
import { checkEnvelope, countersign } from "../package/statement.ts";
import type { RegistryContent, RegistryEntry } from "./content.ts";
import {
  archivePath,
  envelopePath,
  INDEX_TYPE,
  type IndexDocument,
  type IndexedPlugin,
  type ListedVersion,
  type RegistryPublisher,
  versionsPath,
  WELL_KNOWN_PATH,
  type WellKnown,
} from "./format.ts";
import { extendLog, type LogEvent, type LogOutcome, logKeyOf, readLog } from "./log.ts";

/** Where a registry stands that is to be published again. */
export interface PreviousRegistry {
  sequence: number;
  /** The text of `log.jsonl`. */
  log: string;
  /** Public keys that were used before the one at hand, raw 32 bytes in base64: older lines of the log bear them. */
  formerKeys?: readonly string[];
}

/** A registry ready to be laid down or served. */
export interface BuiltRegistry {
  sequence: number;
  log: string;
  /** Every file by its path. */
  files: ReadonlyMap<string, Uint8Array>;
}

interface Prepared {
  entry: RegistryEntry;
  plugin: PluginPackage;
}

/**
 * Makes the files of a registry: countersigns the packages, extends the log by what has changed, signs an index with
 * the next sequence.
 *
 * @param privateKey Ed25519, PEM
 * @throws {PackageRefused} for a package that its publisher has not signed, and for a version that had another archive
 */
export async function buildRegistry(
  content: RegistryContent,
  privateKey: string,
  { previous, at = new Date() }: { previous?: PreviousRegistry | undefined; at?: Date } = {},
): Promise<BuiltRegistry> {
  const publicKey = publicKeyOf(privateKey);
  const keys = [...new Set([publicKey, ...(previous?.formerKeys ?? [])])];
  const prepared = await Promise.all(content.entries.map((entry) => prepare(entry, content.publishers)));
  const before = await readLog(previous?.log ?? "", keys);
  const log = extendLog(previous?.log ?? "", before, findEvents(before, prepared), { privateKey, at });
  const after = await readLog(log, keys);
  const files = new Map<string, Uint8Array>();
  for (const { entry, plugin } of prepared) {
    const { id, version } = plugin.manifest;
    files.set(archivePath(id, version), entry.archive);
    files.set(envelopePath(id, version), encode(countersign(entry.envelope, privateKey)));
  }
  const ids = [...new Set(prepared.map(({ plugin }) => plugin.manifest.id))].sort();
  const plugins = ids.map((id) =>
    addPlugin(
      files,
      id,
      prepared.filter(({ plugin }) => plugin.manifest.id === id),
    ),
  );
  const sequence = (previous?.sequence ?? 0) + 1;
  const index: IndexDocument = {
    name: content.name,
    sequence,
    publishedAt: at.toISOString(),
    publishers: content.publishers,
    plugins,
    log: { length: after.length, head: after.head },
  };
  const wellKnown: WellKnown = { format: 1, name: content.name, keys, index: "index.json", log: "log.jsonl" };
  files.set("log.jsonl", Buffer.from(log));
  files.set("index.json", encode(seal(INDEX_TYPE, index, "registry", privateKey)));
  files.set(WELL_KNOWN_PATH, encode(wellKnown));
  return { sequence, log, files };
}

async function prepare(entry: RegistryEntry, publishers: RegistryPublisher[]): Promise<Prepared> {
  const plugin = await readPackage(entry.archive);
  const slug = plugin.manifest.id.split("/")[0];
  const publisher = publishers.find((one) => one.slug === slug);
  if (!publisher)
    throw new PackageRefused([
      fault("publisher_unlisted", { pluginId: plugin.manifest.id, slug: slug ?? "" }),
    ]);
  checkEnvelope(entry.envelope, plugin, { publisherKeys: publisher.keys });
  return { entry, plugin };
}

function findEvents(before: LogOutcome, prepared: Prepared[]): LogEvent[] {
  const now = new Map(
    prepared.map(({ entry, plugin }): [string, LogEvent] => {
      const { id: pluginId, version } = plugin.manifest;
      const { sha256 } = plugin;
      return [
        logKeyOf(pluginId, version),
        { pluginId, version, sha256, state: "listed", labels: entry.labels },
      ];
    }),
  );
  if (now.size < prepared.length) throw new PackageRefused([fault("version_listed_twice")]);
  const changed = [...now].filter(([key, event]) => !isDeepStrictEqual(before.states.get(key), event));
  const gone = [...before.states].filter(([key, { state }]) => state === "listed" && !now.has(key));
  return [
    ...changed.map(([, event]) => event),
    ...gone.map(([, event]): LogEvent => ({ ...event, state: "withdrawn" })),
  ];
}

/** Adds a plugin's `versions.json` and returns its line in the index. */
function addPlugin(files: Map<string, Uint8Array>, id: string, prepared: Prepared[]): IndexedPlugin {
  const sorted = prepared.toSorted((one, other) =>
    compare(other.plugin.manifest.version, one.plugin.manifest.version),
  );
  const document = encode({ id, versions: sorted.map(describeVersion) });
  files.set(versionsPath(id), document);
  const latest = sorted.find(isRecommended) ?? sorted[0];
  if (!latest) throw new Error(`${id} has no version`);
  const { version, kind, kindName, name, summary } = latest.plugin.manifest;
  const { grade, labels } = latest.entry;
  return {
    id,
    latest: version,
    kind,
    kindName,
    name,
    summary,
    grade,
    labels,
    versionsSha256: createHash("sha256").update(document).digest("hex"),
  };
}

/** Whether a version may stand for its plugin: no preview, and nothing bad is known of it. */
const isRecommended = ({ entry: { labels }, plugin: { manifest } }: Prepared): boolean =>
  !prerelease(manifest.version) && !labels.includes("malicious") && !labels.includes("vulnerable");

function describeVersion({ entry, plugin }: Prepared): ListedVersion {
  const { grade, labels, listedAt, archive } = entry;
  return {
    version: plugin.manifest.version,
    sha256: plugin.sha256,
    sizeBytes: archive.length,
    grade,
    labels,
    listedAt,
    grants: grantsOf(plugin.manifest),
  };
}

const encode = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
