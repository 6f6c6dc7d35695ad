import { type AuthScheme, isPulled, isPushed } from "../../plugin/index.ts";
import { findFormProblems, findManifestProblems } from "./schema.ts";
import type { Check } from "./subject.ts";

export const manifestIsValid: Check = ({ manifest, plugin }) => [
  ...findManifestProblems(manifest),
  ...(manifest.level === "pure" ? [] : [`is of level ${manifest.level}; only pure plugins are checked here`]),
  ...(isPushed(manifest.receipts) && !plugin.parseReceipt
    ? ["declares pushed receipts and has no parseReceipt"]
    : []),
  ...(isPulled(manifest.receipts) && !(manifest.query && manifest.receipts.pollSeconds)
    ? ["declares pulled receipts without query or without receipts.pollSeconds"]
    : []),
  ...(["query", "recall"] as const)
    .filter((name) => (manifest[name] === undefined) !== (plugin[name] === undefined))
    .map((name) => `has ${name} either in the manifest or as a function, and needs both`),
  ...(manifest.idempotency.kind === "key" && !manifest.idempotency.windowSeconds
    ? ["declares an idempotency key without windowSeconds"]
    : []),
];

export const settingsAreValid: Check = ({ manifest, settings, secrets }) => [
  ...findFormProblems(manifest.settings, { ...settings, ...secrets }),
  ...Object.keys(settings)
    .filter((name) => manifest.settings.properties[name]?.["x-secret"])
    .map((name) => `settings hold ${name}, which is a secret`),
];

/** The parts of a scheme that say something by themselves; every other one names a setting. */
const LITERAL_PARTS = ["name", "service"];

export const authNamesSettings: Check = ({ manifest }) => {
  const problems: string[] = [];
  for (const [name, scheme] of Object.entries(manifest.auth)) {
    for (const setting of settingsOfScheme(scheme)) {
      if (manifest.settings.properties[setting]) continue;
      problems.push(`auth ${name} (${scheme.type}) names the setting ${setting}, which does not exist`);
    }
  }
  return problems;
};

function settingsOfScheme(scheme: AuthScheme): string[] {
  if (scheme.type === "access-token") {
    const placeholders = JSON.stringify(scheme.request).matchAll(/\$\{(?:settings|secrets)\.(\w+)\}/g);
    return [...placeholders].map(([, setting = ""]) => setting);
  }
  const { type, ...parts } = scheme;
  return Object.entries(parts).flatMap(([part, setting]) => (LITERAL_PARTS.includes(part) ? [] : [setting]));
}

export const sampleAddressesAreValid: Check = ({ manifest, makeMessage }) =>
  findFormProblems(manifest.address.schema, makeMessage(0).address);
