import { readFile, realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { isPushed, manifestSchema, type PluginManifest } from "@tidings/sdk/plugin";
import type { ErrorObject } from "ajv/dist/2020.js";
import type { Isolation, LoadedPlugin, PluginModule, Sealer } from "../catalogue.ts";
import { createAjv } from "./ajv.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { findManifestFaults } from "./manifest-rules.ts";
import { createSettingsValidator, secretFieldsOf } from "./settings-validator.ts";

export const MANIFEST_FILE = "channel.json";

/** A plugin cannot be used. The message names what its author has to change. */
class PluginRefused extends Error {
  override readonly name = "PluginRefused";
}

export interface PluginPackage {
  plugin: LoadedPlugin;
  moduleFor(tenantId: string): PluginModule;
}

const ajv = createAjv();
const validateManifest = createAjv().compile<PluginManifest>(manifestSchema);

/** Loads the plugin in a folder; throws PluginRefused if anything about it is wrong. */
export async function loadPlugin(folder: string, isolation: Isolation): Promise<PluginPackage> {
  const manifest = await readManifest(join(folder, MANIFEST_FILE));
  const validateSettings = compile("settings", () => createSettingsValidator(ajv, manifest.settings));
  compile("address.schema", () => ajv.compile(manifest.address.schema));
  const moduleFor = await openEntry(folder, manifest, isolation);
  return {
    plugin: { manifest, validateSettings, secretFields: Object.freeze(secretFieldsOf(manifest.settings)) },
    moduleFor,
  };
}

async function readManifest(path: string): Promise<PluginManifest> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new PluginRefused(`${MANIFEST_FILE} cannot be read: ${(error as Error).message}`);
  }
  if (!validateManifest(manifest)) throw new PluginRefused(describeErrors(validateManifest.errors ?? []));
  const faults = findManifestFaults(manifest);
  if (faults.length > 0) throw new PluginRefused(faults.join("; "));
  return deepFreeze(manifest);
}

function describeErrors(errors: ErrorObject[]): string {
  return errors
    .slice(0, 5)
    .map(({ instancePath, message, params }) => {
      const key = params.additionalProperty === undefined ? "" : ` ("${params.additionalProperty}")`;
      return `${instancePath || MANIFEST_FILE} ${message}${key}`;
    })
    .join("; ");
}

function compile<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new PluginRefused(`${part} is no valid schema: ${(error as Error).message}`);
  }
}

async function openEntry(
  folder: string,
  manifest: PluginManifest,
  isolation: Isolation,
): Promise<PluginPackage["moduleFor"]> {
  const path = await findEntry(folder, manifest.entry);
  const isSealed = isolation.kind === "sealed" && manifest.level === "pure";
  const entry = await (isSealed ? sealEntry(path, manifest, isolation.sandbox) : importEntry(path, manifest));
  const missing = neededFunctions(manifest).filter((name) => !entry.exports.includes(name));
  if (missing.length > 0) throw new PluginRefused(`${manifest.entry} does not export ${missing.join(", ")}`);
  return entry.moduleFor;
}

/** An entry whose exports have still to be compared with the manifest. */
interface OpenEntry extends Pick<PluginPackage, "moduleFor"> {
  /** Names of the functions. */
  exports: readonly string[];
}

async function importEntry(path: string, { entry, level }: PluginManifest): Promise<OpenEntry> {
  let exported: Record<string, unknown>;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new PluginRefused(`${entry} cannot be imported: ${(error as Error).message}`);
  }
  const module = { level, functions: exported } as unknown as PluginModule;
  const exports = Object.keys(exported).filter((name) => typeof exported[name] === "function");
  return { exports, moduleFor: () => module };
}

/** Reads the code without running it here. */
async function sealEntry(path: string, { id, entry }: PluginManifest, sandbox: Sealer): Promise<OpenEntry> {
  try {
    const { exports, functionsFor } = await sandbox.seal(id, await readFile(path, "utf8"));
    return { exports, moduleFor: (tenantId) => ({ level: "pure", functions: functionsFor(tenantId) }) };
  } catch (error) {
    throw new PluginRefused(`${entry} cannot be sealed: ${(error as Error).message}`);
  }
}

/** The real path of the entry, which neither dots nor links may lead out of the plugin's folder. */
async function findEntry(folder: string, entry: string): Promise<string> {
  const root = await realpath(folder);
  if (isOutside(root, resolve(root, entry)))
    throw new PluginRefused(`${entry} is outside the plugin's folder`);
  const path = await realpath(resolve(root, entry)).catch(() => {
    throw new PluginRefused(`${entry} does not exist; has the plugin been built?`);
  });
  if (isOutside(root, path)) throw new PluginRefused(`${entry} is outside the plugin's folder`);
  return path;
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === ".." || way.startsWith(`..${sep}`);
}

function neededFunctions({ level, receipts, query, recall, vendorTemplates }: PluginManifest): string[] {
  if (level === "native") return ["open"];
  return [
    "plan",
    "settle",
    ...(isPushed(receipts) ? ["parseReceipt"] : []),
    ...(query ? ["query"] : []),
    ...(recall ? ["recall"] : []),
    ...(vendorTemplates ? ["syncTemplates"] : []),
  ];
}
