import { isPushed, manifestSchema, type PluginManifest } from "@tidings/sdk/plugin";
import type { ErrorObject } from "ajv/dist/2020.js";
import type { LoadedPlugin } from "../catalogue.ts";
import { createAjv } from "./ajv.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { findManifestFaults } from "./manifest-rules.ts";
import { createSettingsValidator, secretFieldsOf } from "./settings-validator.ts";

export const MANIFEST_FILE = "channel.json";

/** A plugin cannot be used. The message names what its author has to change. */
export class PluginRefused extends Error {
  override readonly name = "PluginRefused";
}

const validateManifest = createAjv().compile<PluginManifest>(manifestSchema);

/** The plugin of a manifest, without its code. Throws PluginRefused if anything about it is wrong. */
export function checkPlugin(manifest: unknown): LoadedPlugin {
  if (!validateManifest(manifest)) throw new PluginRefused(describeErrors(validateManifest.errors ?? []));
  const faults = findManifestFaults(manifest);
  if (faults.length > 0) throw new PluginRefused(faults.map(({ detail }) => detail).join("; "));
  // Of its own, since a validator stays in the one that compiled it, and plugins come and go.
  const ajv = createAjv();
  const validateSettings = compile("settings", () => createSettingsValidator(ajv, manifest.settings));
  compile("address.schema", () => ajv.compile(manifest.address.schema));
  return {
    manifest: deepFreeze(manifest),
    validateSettings,
    secretFields: Object.freeze(secretFieldsOf(manifest.settings)),
  };
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

/** Throws PluginRefused unless the code has the functions that the manifest promises. */
export function checkExports(manifest: PluginManifest, exports: readonly string[]): void {
  const missing = neededFunctions(manifest).filter((name) => !exports.includes(name));
  if (missing.length > 0) throw new PluginRefused(`${manifest.entry} does not export ${missing.join(", ")}`);
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
