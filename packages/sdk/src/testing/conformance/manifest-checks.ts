import { type AuthScheme, isPulled, isPushed, type PluginLimits } from "../../plugin/index.ts";
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
  ...(Boolean(manifest.vendorTemplates) === (plugin.syncTemplates !== undefined)
    ? []
    : ["has vendorTemplates in the manifest or syncTemplates as a function, and needs both"]),
  ...(manifest.idempotency.kind === "key" && !manifest.idempotency.windowSeconds
    ? ["declares an idempotency key without windowSeconds"]
    : []),
  ...findLimitProblems(manifest.limits),
];

const findLimitProblems = ({ perRecipient = [] }: PluginLimits): string[] =>
  perRecipient.slice(1).flatMap(({ messages, seconds }, index) => {
    const before = perRecipient[index];
    const isWider = before && seconds > before.seconds && messages > before.messages;
    return isWider
      ? []
      : [`limits.perRecipient has ${messages} in ${seconds} s behind a limit that it does not widen`];
  });

export const settingsAreValid: Check = ({ manifest, settings, secrets }) => [
  ...findFormProblems(manifest.settings, { ...settings, ...secrets }),
  ...Object.keys(settings)
    .filter((name) => manifest.settings.properties[name]?.["x-secret"])
    .map((name) => `settings hold ${name}, which is a secret`),
];

/** The parts of a scheme that say something by themselves; every other one names a setting. */
const LITERAL_PARTS = ["name", "service"];
const PLACEHOLDERS = /\$\{(?:settings|secrets)\.(\w+)[}/]/g;

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
  if (scheme.type === "access-token" || scheme.type === "jwt" || scheme.type === "hmac") {
    const named = settingsInPlaceholders(JSON.stringify(scheme));
    return scheme.type === "hmac" ? [scheme.secret, ...named] : named;
  }
  const { type, ...parts } = scheme;
  return Object.entries(parts).flatMap(([part, value]) =>
    LITERAL_PARTS.includes(part) ? settingsInPlaceholders(value) : [value],
  );
}

const settingsInPlaceholders = (text: string) =>
  [...text.matchAll(PLACEHOLDERS)].map(([, setting = ""]) => setting);

export const pushesAreAuthenticatedBySettings: Check = ({ manifest }) => {
  const { receipts, settings } = manifest;
  const { authentication } = receipts;
  if (!authentication) return [];
  const { secret, envelope } = authentication;
  const isSecret = (name: string) => settings.properties[name]?.["x-secret"] === true;
  const secrets = envelope ? [secret, envelope.key] : [secret];
  return [
    ...(isPushed(receipts) ? [] : ["authenticates pushes and declares none"]),
    ...secrets
      .filter((name) => !isSecret(name))
      .map((name) => `receipts.authentication names ${name}, which is no secret setting`),
    ...(envelope && (isSecret(envelope.receiver) || !settings.properties[envelope.receiver])
      ? [`receipts.authentication names ${envelope.receiver}, which is no open setting`]
      : []),
  ];
};

export const sampleAddressesAreValid: Check = ({ manifest, makeMessage }) =>
  findFormProblems(manifest.address.schema, makeMessage(0).address);
