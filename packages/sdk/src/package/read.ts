import { createHash } from "node:crypto";
import { valid } from "semver";
import type { PluginManifest } from "../plugin/index.ts";
import { findManifestProblems } from "../testing/conformance/schema.ts";
import { readArchive } from "./archive.ts";
import { findIconFaults } from "./icon.ts";
import { parseJson } from "./json-file.ts";
import { PackageRefused } from "./refused.ts";
import { findSampleFaults } from "./sample.ts";
import { findVectorFaults } from "./vectors.ts";

/** What an archive holds, once it is in order. */
export interface PluginPackage {
  /** Of the archive, hexadecimal: the package's name. */
  sha256: string;
  manifest: PluginManifest;
  /** The one module, UTF-8. */
  code: string;
  /** `channel.json`, `plugin.js`, `sample.json`, perhaps `README.md`, `icon.svg` and `vectors/*.json`, by their paths. */
  files: ReadonlyMap<string, Uint8Array>;
}

/** The module's path in every package; the manifest's `entry` says so. */
export const CODE_PATH = "plugin.js";
const REQUIRED = ["channel.json", CODE_PATH, "sample.json"];

/**
 * Reads an archive. Nothing of it is run, and nothing touches the disk.
 *
 * @throws {PackageRefused} for anything out of order: more than 512 KiB or 30 files, links, folders, unknown or doubled
 * names, text that is no UTF-8, a manifest that is not valid or not of level `pure`
 * @example
 * const { manifest, sha256 } = await readPackage(await readFile("sms-acme-1.0.0.tgz"));
 */
export async function readPackage(archive: Uint8Array): Promise<PluginPackage> {
  const files = await readArchive(archive);
  const texts = readTexts(files);
  const missing = REQUIRED.filter((path) => !texts.has(path));
  if (missing.length > 0) throw new PackageRefused(missing.map((path) => `the package has no ${path}`));
  const manifest = readManifest(texts.get("channel.json") ?? "");
  const faults = [
    ...findSampleFaults(texts.get("sample.json") ?? "", manifest),
    ...findIconFaults(texts.get("icon.svg")),
    ...[...texts].flatMap(([path, text]) =>
      path.startsWith("vectors/") ? findVectorFaults(path, text) : [],
    ),
  ];
  if (faults.length > 0) throw new PackageRefused(faults);
  const sha256 = createHash("sha256").update(archive).digest("hex");
  return { sha256, manifest, code: texts.get(CODE_PATH) ?? "", files };
}

function readTexts(files: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const faults: string[] = [];
  const texts = new Map<string, string>();
  for (const [path, bytes] of files) {
    try {
      texts.set(path, decoder.decode(bytes));
    } catch {
      faults.push(`${path} is not UTF-8`);
    }
  }
  if (faults.length > 0) throw new PackageRefused(faults);
  return texts;
}

function readManifest(text: string): PluginManifest {
  const manifest = parseJson("channel.json", text) as PluginManifest;
  const problems = findManifestProblems(manifest);
  if (problems.length > 0) throw new PackageRefused(problems.map((problem) => `channel.json: ${problem}`));
  if (valid(manifest.version) !== manifest.version || manifest.version.length > 64) {
    throw new PackageRefused([`channel.json: ${manifest.version.slice(0, 100)} is no semantic version`]);
  }
  if (manifest.level !== "pure") {
    throw new PackageRefused([`channel.json: only pure plugins are packed; this one is ${manifest.level}`]);
  }
  if (manifest.entry !== CODE_PATH) {
    throw new PackageRefused([`channel.json: in a package, entry is ${CODE_PATH}, not ${manifest.entry}`]);
  }
  return manifest;
}
