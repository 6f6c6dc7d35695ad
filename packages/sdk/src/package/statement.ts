import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type Fault, fault, within } from "../faults/index.ts";
import { findSchemaProblems } from "../testing/conformance/schema.ts";
import { addSignature, type Envelope, findSigner, openEnvelope, readEnvelope, seal } from "./envelope.ts";
import { type PluginPackage, readPackage } from "./read.ts";
import { PackageRefused } from "./refused.ts";

const PAYLOAD_TYPE = "application/vnd.tidings.plugin+json";
const STATEMENT_TYPE = "urn:tidings:plugin:v1";

/** What a publisher says of a package, and a registry with it. */
export interface Statement {
  type: typeof STATEMENT_TYPE;
  /** `publisher/name`. */
  pluginId: string;
  version: string;
  /** The first part of the plugin's id. */
  publisher: string;
  /** Of the archive, hexadecimal. */
  sha256: string;
  /** The SHA-256 of each file by its path. */
  files: Record<string, string>;
  /** ISO 8601, UTC. */
  signedAt: string;
}

const sha256 = { type: "string", pattern: "^[0-9a-f]{64}$" } as const;

const statementSchema = {
  type: "object",
  required: ["type", "pluginId", "version", "publisher", "sha256", "files", "signedAt"],
  additionalProperties: false,
  properties: {
    type: { const: STATEMENT_TYPE },
    pluginId: { type: "string", maxLength: 101 },
    version: { type: "string", maxLength: 64 },
    publisher: { type: "string", maxLength: 40 },
    sha256,
    files: { type: "object", maxProperties: 30, additionalProperties: sha256 },
    signedAt: { type: "string", format: "date-time", maxLength: 40 },
  },
} as const;

/**
 * Signs an archive as its publisher.
 *
 * @param privateKey Ed25519, PEM
 * @throws {PackageRefused} for an archive that {@link readPackage} refuses, or one of another publisher
 */
export async function signPackage(
  archive: Uint8Array,
  privateKey: string,
  { publisher, signedAt = new Date() }: { publisher: string; signedAt?: Date },
): Promise<Envelope> {
  const plugin = await readPackage(archive);
  const owner = publisherOf(plugin.manifest.id);
  if (owner !== publisher) {
    throw new PackageRefused([fault("publisher_other", { pluginId: plugin.manifest.id, owner, publisher })]);
  }
  return seal(PAYLOAD_TYPE, describe(plugin, signedAt), "publisher", privateKey);
}

/** Adds the signature of a registry, which says that it has checked the package and lists it. */
export function countersign(envelope: Envelope, privateKey: string): Envelope {
  return addSignature(envelope, "registry", privateKey);
}

/** Keys that are believed: raw 32 bytes, or these in base64. */
export interface TrustedKeys {
  /** Those of the plugin's publisher, and of nobody else. */
  publisherKeys: readonly (string | Uint8Array)[];
  /** Without them, no signature of a registry is asked for. */
  registryKeys?: readonly (string | Uint8Array)[];
}

/** What a statement is held against; a {@link PluginPackage} is one. */
export type SubmittedPackage = Pick<PluginPackage, "sha256" | "manifest" | "files">;

export interface CheckedEnvelope {
  statement: Statement;
  /** Ids of the keys whose signatures were believed. */
  signedBy: { publisher: string; registry?: string };
}

/**
 * Holds an envelope against the package that came with it.
 *
 * @param envelope as it was parsed from JSON
 * @throws {PackageRefused} for a signature that is missing, forged or by a foreign key, and for a statement about
 * another package
 */
export function checkEnvelope(
  envelope: unknown,
  plugin: SubmittedPackage,
  { publisherKeys, registryKeys }: TrustedKeys,
): CheckedEnvelope {
  const read = readEnvelope(envelope);
  const publisher = findSigner(read, "publisher", publisherKeys);
  if (!publisher) throw new PackageRefused([fault("unsigned_by_publisher")]);
  const registry = registryKeys && findSigner(read, "registry", registryKeys);
  if (registryKeys && !registry) throw new PackageRefused([fault("unsigned_by_registry")]);
  const statement = readStatement(openEnvelope(read, PAYLOAD_TYPE));
  const faults = findDifferences(statement, plugin);
  if (faults.length > 0) throw new PackageRefused(faults);
  return { statement, signedBy: { publisher, ...(registry && { registry }) } };
}

function readStatement(value: unknown): Statement {
  const problems = findSchemaProblems(statementSchema, value);
  if (problems.length > 0) throw new PackageRefused(problems.map(within("in_statement")));
  return value as Statement;
}

function findDifferences(statement: Statement, plugin: SubmittedPackage): Fault[] {
  const expected = describe(plugin, new Date(statement.signedAt));
  const parts = ["pluginId", "version", "publisher", "sha256", "files"] as const;
  return parts
    .filter((part) => !isDeepStrictEqual(statement[part], expected[part]))
    .map((part) => fault("statement_other", { part }));
}

function describe({ sha256, manifest, files }: SubmittedPackage, signedAt: Date): Statement {
  return {
    type: STATEMENT_TYPE,
    pluginId: manifest.id,
    version: manifest.version,
    publisher: publisherOf(manifest.id),
    sha256,
    files: Object.fromEntries([...files].map(([path, bytes]) => [path, hashOf(bytes)])),
    signedAt: signedAt.toISOString(),
  };
}

const publisherOf = (pluginId: string): string => pluginId.split("/")[0] ?? "";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
