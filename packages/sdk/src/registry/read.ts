import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { fault } from "../faults/index.ts";
import { type Envelope, findSigner, openEnvelope, readEnvelope } from "../package/envelope.ts";
import { parseJson } from "../package/json-file.ts";
import { PACKAGE_LIMITS } from "../package/limits.ts";
import { type PluginPackage, readPackage } from "../package/read.ts";
import { PackageRefused } from "../package/refused.ts";
import { checkEnvelope, type Statement } from "../package/statement.ts";
import {
  archivePath,
  envelopePath,
  FILE_LIMITS,
  INDEX_TYPE,
  type IndexDocument,
  type IndexedPlugin,
  type ListedPlugin,
  type ListedVersion,
  type RegistryPublisher,
  readIndex,
  readVersions,
  readWellKnown,
  versionsPath,
  WELL_KNOWN_PATH,
  type WellKnown,
} from "./format.ts";
import { type LogEvent, type LogOutcome, logKeyOf, readLog } from "./log.ts";
import { folderSource, type RegistrySource } from "./source.ts";

/** What a reader knows of a registry from before. */
export interface RegistryTrust {
  /**
   * Ed25519 public keys that are believed, raw 32 bytes in base64. Without them those that the registry shows of itself
   * are: that proves that nothing broke on the way, and not whose registry it is.
   */
  keys?: readonly string[];
  /** The sequence that was read last: an older index is refused. */
  sequence?: number;
}

/** A registry whose index, lists and log have been found in order. */
export interface Registry {
  name: string;
  /** The keys that were believed. */
  keys: string[];
  sequence: number;
  /** ISO 8601, UTC. */
  publishedAt: string;
  publishers: RegistryPublisher[];
  plugins: ListedPlugin[];
  /** Reads a package with both signatures and holds it against the lists. */
  getPackage(pluginId: string, version: string): Promise<RegistryPackage>;
}

export interface RegistryPackage {
  archive: Uint8Array;
  plugin: PluginPackage;
  envelope: Envelope;
  statement: Statement;
}

/**
 * Reads a registry. Archives are read only when they are asked for.
 *
 * @param source a folder's path, or what gets the files
 * @throws {PackageRefused} for files that are missing, too large, altered, older than what was read before, or that say
 * another thing than the log
 * @example
 * const registry = await readRegistry("registry", { keys: [pinnedKey], sequence: lastSequence });
 * const { plugin } = await registry.getPackage("acme/sms-acme", "1.0.0");
 */
export async function readRegistry(
  source: string | RegistrySource,
  { keys, sequence = 0 }: RegistryTrust = {},
): Promise<Registry> {
  const get = sourceOf(source);
  const wellKnown = await getWellKnown(get);
  const believed = [...(keys ?? wellKnown.keys)];
  const index = await getIndex(get, wellKnown, believed);
  if (index.sequence < sequence) {
    throw new PackageRefused([fault("index_older", { sequence: index.sequence, known: sequence })]);
  }
  const plugins: ListedPlugin[] = [];
  for (const plugin of index.plugins) plugins.push(await getPlugin(get, plugin));
  checkLog(await getLog(get, wellKnown, believed), index, plugins);
  const { name, publishedAt, publishers } = index;
  return {
    name,
    keys: believed,
    sequence: index.sequence,
    publishedAt,
    publishers,
    plugins,
    getPackage: async (pluginId, version) =>
      getPackage(get, findVersion(plugins, pluginId, version), { pluginId, publishers, keys: believed }),
  };
}

/**
 * The sequence that a registry stands at, to see whether there is anything new: two small files are read.
 *
 * @throws {PackageRefused} as {@link readRegistry} does
 */
export async function readSequence(
  source: string | RegistrySource,
  { keys }: Pick<RegistryTrust, "keys"> = {},
): Promise<number> {
  const get = sourceOf(source);
  const wellKnown = await getWellKnown(get);
  const { sequence } = await getIndex(get, wellKnown, [...(keys ?? wellKnown.keys)]);
  return sequence;
}

const sourceOf = (source: string | RegistrySource): RegistrySource =>
  typeof source === "string" ? folderSource(source) : source;

const getWellKnown = async (get: RegistrySource): Promise<WellKnown> =>
  readWellKnown(parse(WELL_KNOWN_PATH, await get(WELL_KNOWN_PATH, FILE_LIMITS.wellKnown)));

async function getIndex(get: RegistrySource, { index }: WellKnown, keys: string[]): Promise<IndexDocument> {
  const envelope = readEnvelope(parse(index, await get(index, FILE_LIMITS.index)));
  if (!findSigner(envelope, "registry", keys)) {
    throw new PackageRefused([fault("index_unsigned")]);
  }
  return readIndex(openEnvelope(envelope, INDEX_TYPE));
}

async function getPlugin(get: RegistrySource, indexed: IndexedPlugin): Promise<ListedPlugin> {
  const { versionsSha256, ...plugin } = indexed;
  const path = versionsPath(plugin.id);
  const bytes = await get(path, FILE_LIMITS.versions);
  if (hashOf(bytes) !== versionsSha256) throw new PackageRefused([fault("versions_other", { path })]);
  return { ...plugin, versions: readVersions(parse(path, bytes)).versions };
}

async function getLog(get: RegistrySource, { log }: WellKnown, keys: string[]): Promise<LogOutcome> {
  return readLog(new TextDecoder().decode(await get(log, FILE_LIMITS.log)), keys);
}

/** The index has to say what the log comes to: no version more, none less, none with another archive. */
function checkLog(log: LogOutcome, index: IndexDocument, plugins: ListedPlugin[]): void {
  if (log.length !== index.log.length || log.head !== index.log.head) {
    throw new PackageRefused([fault("log_other", { count: log.length })]);
  }
  const listed = plugins.flatMap(({ id, versions }) =>
    versions.map(({ version, sha256, labels }): [string, LogEvent] => [
      logKeyOf(id, version),
      { pluginId: id, version, sha256, state: "listed", labels },
    ]),
  );
  const logged = [...log.states].filter(([, { state }]) => state === "listed");
  if (!isDeepStrictEqual(new Map(listed), new Map(logged))) {
    throw new PackageRefused([fault("index_differs_from_log")]);
  }
}

function findVersion(plugins: ListedPlugin[], pluginId: string, version: string): ListedVersion {
  const listed = plugins.find(({ id }) => id === pluginId)?.versions.find((one) => one.version === version);
  if (!listed) throw new PackageRefused([fault("version_unlisted", { pluginId, version })]);
  return listed;
}

async function getPackage(
  get: RegistrySource,
  { version, sha256 }: ListedVersion,
  { pluginId, publishers, keys }: { pluginId: string; publishers: RegistryPublisher[]; keys: string[] },
): Promise<RegistryPackage> {
  const path = archivePath(pluginId, version);
  const archive = await get(path, PACKAGE_LIMITS.archive);
  if (hashOf(archive) !== sha256) throw new PackageRefused([fault("archive_other", { path })]);
  const plugin = await readPackage(archive);
  const held = plugin.manifest;
  if (held.id !== pluginId || held.version !== version) {
    throw new PackageRefused([fault("archive_of_other", { path, pluginId: held.id, version: held.version })]);
  }
  const slug = pluginId.split("/")[0];
  const publisherKeys = publishers.find((publisher) => publisher.slug === slug)?.keys ?? [];
  const signatures = parse(
    envelopePath(pluginId, version),
    await get(envelopePath(pluginId, version), FILE_LIMITS.envelope),
  );
  const { statement } = checkEnvelope(signatures, plugin, { publisherKeys, registryKeys: keys });
  return { archive, plugin, envelope: readEnvelope(signatures), statement };
}

const parse = (path: string, bytes: Uint8Array): unknown => parseJson(path, new TextDecoder().decode(bytes));

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
