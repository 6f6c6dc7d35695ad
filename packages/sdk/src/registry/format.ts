import { type Fault, within } from "../faults/index.ts";
import type { Grants } from "../package/grants.ts";
import { PackageRefused } from "../package/refused.ts";
import type { LocalizedText } from "../plugin/index.ts";
import { GRADES, type Grade } from "../testing/conformance/report.ts";
import { findSchemaProblems } from "../testing/conformance/schema.ts";

/*
 * The files of a registry, from what a reader knows to what it gets:
 *
 *   .well-known/tidings-plugins.json        name, keys, where the rest is
 *   index.json                              signed; names each versions.json by its hash
 *   log.jsonl                               signed line by line; each names the one before by its hash
 *   <publisher>/<name>/versions.json        names each archive by its hash
 *   <publisher>/<name>/<version>.tgz        the package
 *   <publisher>/<name>/<version>.json       its envelope, with the signatures of publisher and registry
 */

export const WELL_KNOWN_PATH = ".well-known/tidings-plugins.json";
export const INDEX_TYPE = "application/vnd.tidings.registry-index+json";
export const LOG_TYPE = "application/vnd.tidings.registry-log+json";

/** The most bytes that are read of a file. */
export const FILE_LIMITS = {
  wellKnown: 64 * 1024,
  index: 8 * 1024 * 1024,
  log: 32 * 1024 * 1024,
  versions: 512 * 1024,
  envelope: 64 * 1024,
} as const;

/**
 * What a registry says of a version besides its grade:
 * - `verified`: its publisher is known to be the vendor, or was looked at closely
 * - `deprecated`: something else is to be used
 * - `vulnerable`: it has a fault that can be exploited
 * - `malicious`: nobody may run it
 */
export const LABELS = ["verified", "deprecated", "vulnerable", "malicious"] as const;
export type Label = (typeof LABELS)[number];

export interface WellKnown {
  format: 1;
  name: string;
  /** Ed25519 public keys that the index is signed with, raw 32 bytes in base64. */
  keys: string[];
  /** Paths from the registry's root. */
  index: string;
  log: string;
}

export interface RegistryPublisher {
  slug: string;
  name: string;
  /** Every key that a listed package is signed with, raw 32 bytes in base64. */
  keys: string[];
}

export interface IndexDocument {
  name: string;
  /** Rises with every index. */
  sequence: number;
  /** ISO 8601, UTC. */
  publishedAt: string;
  publishers: RegistryPublisher[];
  plugins: IndexedPlugin[];
  log: LogHead;
}

/** How far a log has come: its number of lines and the SHA-256 of the last one. */
export interface LogHead {
  length: number;
  head: string;
}

/** A plugin as the index shows it: its latest version. */
export interface IndexedPlugin {
  id: string;
  latest: string;
  kind: string;
  kindName: LocalizedText;
  name: LocalizedText;
  summary: LocalizedText;
  grade: Grade;
  labels: Label[];
  versionsSha256: string;
}

export interface VersionsDocument {
  id: string;
  /** The latest first. */
  versions: ListedVersion[];
}

export interface ListedVersion {
  version: string;
  /** Of the archive, hexadecimal. */
  sha256: string;
  sizeBytes: number;
  grade: Grade;
  labels: Label[];
  /** ISO 8601, UTC. */
  listedAt: string;
  grants: Grants;
}

/** A plugin with all its versions. */
export interface ListedPlugin extends Omit<IndexedPlugin, "versionsSha256"> {
  versions: ListedVersion[];
}

export const versionsPath = (pluginId: string) => `${pluginId}/versions.json`;
export const archivePath = (pluginId: string, version: string) => `${pluginId}/${version}.tgz`;
export const envelopePath = (pluginId: string, version: string) => `${pluginId}/${version}.json`;

const objectOf = (properties: Record<string, unknown>) => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});

const slug = { type: "string", pattern: "^[a-z0-9-]{1,40}$" } as const;
const pluginId = { type: "string", pattern: "^[a-z0-9-]{1,40}/[a-z0-9-]{1,60}$" } as const;
const version = {
  type: "string",
  maxLength: 64,
  pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$",
} as const;
const sha256 = { type: "string", pattern: "^[0-9a-f]{64}$" } as const;
const name = { type: "string", minLength: 1, maxLength: 200 } as const;
const text = { type: "string", minLength: 1, maxLength: 500 } as const;
const localizedText = objectOf({ zh: text, en: text });
const moment = { type: "string", format: "date-time", maxLength: 40 } as const;
const path = { type: "string", maxLength: 200, pattern: "^[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*$" } as const;
const keys = {
  type: "array",
  maxItems: 20,
  items: { type: "string", pattern: "^[A-Za-z0-9+/]{43}=$" },
} as const;
const grade = { enum: GRADES } as const;
const labels = { type: "array", maxItems: 4, uniqueItems: true, items: { enum: LABELS } } as const;
const names = { type: "array", maxItems: 60, items: { type: "string", maxLength: 253 } } as const;
const count = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

const wellKnownSchema = objectOf({
  format: { const: 1 },
  name,
  keys: { ...keys, minItems: 1 },
  index: path,
  log: path,
});

const indexSchema = objectOf({
  name,
  sequence: count,
  publishedAt: moment,
  publishers: { type: "array", maxItems: 2_000, items: objectOf({ slug, name, keys }) },
  plugins: {
    type: "array",
    maxItems: 5_000,
    items: objectOf({
      id: pluginId,
      latest: version,
      kind: { type: "string", pattern: "^[a-z][a-z0-9_]{0,31}$" },
      kindName: localizedText,
      name: localizedText,
      summary: localizedText,
      grade,
      labels,
      versionsSha256: sha256,
    }),
  },
  log: objectOf({ length: count, head: sha256 }),
});

const versionsSchema = objectOf({
  id: pluginId,
  versions: {
    type: "array",
    minItems: 1,
    maxItems: 500,
    items: objectOf({
      version,
      sha256,
      sizeBytes: count,
      grade,
      labels,
      listedAt: moment,
      grants: objectOf({ hosts: names, settingsHosts: names, secrets: names, abilities: names }),
    }),
  },
});

export const readWellKnown = (value: unknown) =>
  read<WellKnown>(within("in_well_known"), wellKnownSchema, value);
export const readIndex = (value: unknown) => read<IndexDocument>(within("in_index"), indexSchema, value);
export const readVersions = (value: unknown) =>
  read<VersionsDocument>(within("in_versions"), versionsSchema, value);

function read<T>(at: (fault: Fault) => Fault, schema: object, value: unknown): T {
  const problems = findSchemaProblems(schema, value);
  if (problems.length > 0) {
    throw new PackageRefused(problems.slice(0, 10).map(at));
  }
  return value as T;
}
