import { readFile, realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import {
  isPushed,
  manifestSchema,
  type NativePlugin,
  type PluginManifest,
  type PurePlugin,
} from "@tidings/sdk/plugin";
import type { ErrorObject } from "ajv/dist/2020.js";
import type { LoadedPlugin, PluginModule } from "../catalogue.ts";
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
  module: PluginModule;
}

const ajv = createAjv();
const validateManifest = createAjv().compile<PluginManifest>(manifestSchema);

/** Loads the plugin in a folder; throws PluginRefused if anything about it is wrong. */
export async function loadPlugin(folder: string): Promise<PluginPackage> {
  const manifest = await readManifest(join(folder, MANIFEST_FILE));
  const validateSettings = compile("settings", () => createSettingsValidator(ajv, manifest.settings));
  compile("address.schema", () => ajv.compile(manifest.address.schema));
  const module = await importEntry(folder, manifest);
  return {
    plugin: { manifest, validateSettings, secretFields: Object.freeze(secretFieldsOf(manifest.settings)) },
    module,
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

async function importEntry(folder: string, manifest: PluginManifest): Promise<PluginModule> {
  const path = await findEntry(folder, manifest.entry);
  let exported: Record<string, unknown>;
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new PluginRefused(`${manifest.entry} cannot be imported: ${(error as Error).message}`);
  }
  const missing = neededFunctions(manifest).filter((name) => typeof exported[name] !== "function");
  if (missing.length > 0) throw new PluginRefused(`${manifest.entry} does not export ${missing.join(", ")}`);
  return manifest.level === "pure"
    ? { level: "pure", functions: exported as unknown as PurePlugin }
    : { level: "native", functions: exported as unknown as NativePlugin };
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

function neededFunctions({ level, receipts, query, recall }: PluginManifest): string[] {
  if (level === "native") return ["open"];
  return [
    "plan",
    "settle",
    ...(isPushed(receipts) ? ["parseReceipt"] : []),
    ...(query ? ["query"] : []),
    ...(recall ? ["recall"] : []),
  ];
}
