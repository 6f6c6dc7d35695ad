import { type Fault, fault } from "../../faults/index.ts";
import { findLimitFaults } from "../../faults/manifest-parts.ts";
import { type AuthScheme, isPulled, isPushed } from "../../plugin/index.ts";
import { findFormProblems, findManifestProblems } from "./schema.ts";
import type { Check } from "./subject.ts";

export const manifestIsValid: Check = ({ manifest, plugin }) => [
  ...findManifestProblems(manifest),
  ...(manifest.level === "pure" ? [] : [fault("level_not_pure", { level: manifest.level })]),
  ...(isPushed(manifest.receipts) && !plugin.parseReceipt ? [fault("parse_receipt_missing")] : []),
  ...(isPulled(manifest.receipts) && !(manifest.query && manifest.receipts.pollSeconds)
    ? [fault("pull_without_query")]
    : []),
  ...(["query", "recall"] as const)
    .filter((name) => (manifest[name] === undefined) !== (plugin[name] === undefined))
    .map((name) => fault("half_declared", { name })),
  ...(Boolean(manifest.vendorTemplates) === (plugin.syncTemplates !== undefined)
    ? []
    : [fault("half_declared_templates")]),
  ...(manifest.idempotency.kind === "key" && !manifest.idempotency.windowSeconds
    ? [fault("key_without_window")]
    : []),
  ...findLimitFaults(manifest.limits),
];

export const settingsAreValid: Check = ({ manifest, settings, secrets }) => [
  ...findFormProblems(manifest.settings, { ...settings, ...secrets }),
  ...Object.keys(settings)
    .filter((name) => manifest.settings.properties[name]?.["x-secret"])
    .map((name) => fault("secret_in_settings", { name })),
];

/** The parts of a scheme that say something by themselves; every other one names a setting. */
const LITERAL_PARTS = ["name", "service"];
const PLACEHOLDERS = /\$\{(?:settings|secrets)\.(\w+)[}/]/g;

export const authNamesSettings: Check = ({ manifest }) => {
  const problems: Fault[] = [];
  for (const [name, scheme] of Object.entries(manifest.auth)) {
    for (const setting of settingsOfScheme(scheme)) {
      if (manifest.settings.properties[setting]) continue;
      problems.push(fault("auth_setting_missing", { scheme: name, type: scheme.type, name: setting }));
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
    ...(isPushed(receipts) ? [] : [fault("pushes_undeclared")]),
    ...secrets.filter((name) => !isSecret(name)).map((name) => fault("push_secret_open", { name })),
    ...(envelope && (isSecret(envelope.receiver) || !settings.properties[envelope.receiver])
      ? [fault("push_receiver_secret", { name: envelope.receiver })]
      : []),
  ];
};

export const sampleAddressesAreValid: Check = ({ manifest, makeMessage }) =>
  findFormProblems(manifest.address.schema, makeMessage(0).address);
