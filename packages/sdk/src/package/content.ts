import { valid } from "semver";
import { type Fault, fault, within } from "../faults/index.ts";
import type { PluginManifest } from "../plugin/index.ts";
import { findManifestProblems } from "../testing/conformance/schema.ts";
import { findIconFaults } from "./icon.ts";
import { parseJson } from "./json-file.ts";
import { PackageRefused } from "./refused.ts";
import { findSampleFaults } from "./sample.ts";
import { findVectorFaults } from "./vectors.ts";

/** What a package holds, once it is in order. */
export interface PackageContent {
  manifest: PluginManifest;
  /** The one module, UTF-8. */
  code: string;
  /** `channel.json`, `plugin.js`, `sample.json`, perhaps `README.md`, `icon.svg` and `vectors/*.json`, by their paths. */
  files: ReadonlyMap<string, Uint8Array>;
}

/** The module's path in every package; the manifest's `entry` says so. */
export const CODE_PATH = "plugin.js";
const inManifest = within("in_file", { path: "channel.json" });
const REQUIRED = ["channel.json", CODE_PATH, "sample.json"];

/** @throws {PackageRefused} for files that do not make a package */
export function checkFiles(files: ReadonlyMap<string, Uint8Array>): PackageContent {
  const texts = readTexts(files);
  const missing = REQUIRED.filter((path) => !texts.has(path));
  if (missing.length > 0) throw new PackageRefused(missing.map((path) => fault("file_missing", { path })));
  const manifest = readManifest(texts.get("channel.json") ?? "");
  const faults = [
    ...findSampleFaults(texts.get("sample.json") ?? "", manifest),
    ...findIconFaults(texts.get("icon.svg")),
    ...[...texts].flatMap(([path, text]) =>
      path.startsWith("vectors/") ? findVectorFaults(path, text) : [],
    ),
  ];
  if (faults.length > 0) throw new PackageRefused(faults);
  return { manifest, code: texts.get(CODE_PATH) ?? "", files };
}

function readTexts(files: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const faults: Fault[] = [];
  const texts = new Map<string, string>();
  for (const [path, bytes] of files) {
    try {
      texts.set(path, decoder.decode(bytes));
    } catch {
      faults.push(fault("file_not_utf8", { path }));
    }
  }
  if (faults.length > 0) throw new PackageRefused(faults);
  return texts;
}

function readManifest(text: string): PluginManifest {
  const manifest = parseJson("channel.json", text) as PluginManifest;
  const problems = findManifestProblems(manifest);
  if (problems.length > 0) throw new PackageRefused(problems.map(inManifest));
  if (valid(manifest.version) !== manifest.version || manifest.version.length > 64) {
    throw new PackageRefused([inManifest(fault("version_not_semantic", { version: manifest.version }))]);
  }
  if (manifest.level !== "pure") {
    throw new PackageRefused([inManifest(fault("level_not_packable", { level: manifest.level }))]);
  }
  if (manifest.entry !== CODE_PATH) {
    throw new PackageRefused([
      inManifest(fault("entry_odd", { expected: CODE_PATH, entry: manifest.entry })),
    ]);
  }
  return manifest;
}
