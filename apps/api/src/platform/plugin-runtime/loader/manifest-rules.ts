import { type Fault, findAllowanceFaults, findLimitFaults } from "@tidings/sdk/package";
import { isPulled, isPushed, type PluginManifest, PROTOCOL_VERSION } from "@tidings/sdk/plugin";
import { settingOfTemplate } from "../outbound/destination.ts";
import { findAuthFaults } from "./auth-rules.ts";
import { manifestFault } from "./manifest-faults.ts";

const majorOf = (version: string) => version.split(".")[0];

/** What a manifest gets wrong beyond its schema: references that lead nowhere and promises without figures. */
export function findManifestFaults(manifest: PluginManifest): Fault[] {
  return [
    ...findProtocolFaults(manifest),
    ...findSettingsFaults(manifest),
    ...findAuthFaults(manifest),
    ...findHostFaults(manifest),
    ...findIdempotencyFaults(manifest),
    ...findSuppressionFaults(manifest),
    ...findAllowanceFaults(manifest),
    ...findPullFaults(manifest),
    ...findPushFaults(manifest),
    ...findHostUseFaults(manifest),
    ...findCollectFaults(manifest),
    ...findLimitFaults(manifest.limits),
    ...findBillingFaults(manifest),
  ];
}

function findProtocolFaults({ protocol }: PluginManifest): Fault[] {
  const isSpoken = protocol.some((version) => majorOf(version) === majorOf(PROTOCOL_VERSION));
  return isSpoken
    ? []
    : [manifestFault("protocol_other", { protocol: protocol.join(", "), own: PROTOCOL_VERSION })];
}

function findSettingsFaults({ settings: { properties, required = [] } }: PluginManifest): Fault[] {
  const missing = required.filter((name) => !properties[name]);
  const odd = Object.keys(properties).filter(
    (name) => properties[name]?.["x-secret"] && properties[name].type !== "string",
  );
  return [
    ...missing.map((name) => manifestFault("required_setting_missing", { name })),
    ...odd.map((name) => manifestFault("secret_no_text", { name })),
  ];
}

function findHostFaults({ hosts, settings: { properties } }: PluginManifest): Fault[] {
  return hosts.flatMap((entry) => {
    const setting = settingOfTemplate(entry);
    if (setting === undefined) return isHostName(entry) ? [] : [manifestFault("host_odd", { name: entry })];
    const property = properties[setting];
    if (property?.type === "string" && !property["x-secret"]) return [];
    return [manifestFault("host_setting_odd", { name: setting })];
  });
}

const isHostName = (text: string) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);

function findIdempotencyFaults({ idempotency }: PluginManifest): Fault[] {
  const isVague = idempotency.kind === "key" && idempotency.windowSeconds === undefined;
  return isVague ? [manifestFault("window_missing")] : [];
}

function findSuppressionFaults({ errors = {}, suppresses = {} }: PluginManifest): Fault[] {
  const wordless = Object.keys(suppresses).filter((code) => !Object.hasOwn(errors, code));
  return wordless.map((name) => manifestFault("suppressed_wordless", { name }));
}

function findPullFaults({ receipts, query }: PluginManifest): Fault[] {
  if (!isPulled(receipts)) return [];
  return [
    ...(query ? [] : [manifestFault("pull_needs_query")]),
    ...(receipts.pollSeconds === undefined ? [manifestFault("pull_needs_interval")] : []),
  ];
}

function findCollectFaults({ level, collect, settings: { properties } }: PluginManifest): Fault[] {
  if (!collect) return [];
  const choices = properties[collect.when.field]?.enum;
  const isChoice = Array.isArray(choices) && collect.when.values.every((value) => choices.includes(value));
  return [
    ...(level === "native" ? [] : [manifestFault("collect_not_native")]),
    ...(isChoice ? [] : [manifestFault("collect_without_choice", { name: collect.when.field })]),
  ];
}

function findPushFaults({ receipts, settings: { properties } }: PluginManifest): Fault[] {
  const { authentication } = receipts;
  if (!authentication) return [];
  const { secret, envelope } = authentication;
  const isSecret = (name: string) => properties[name]?.["x-secret"] === true;
  const secrets = envelope ? [secret, envelope.key] : [secret];
  const faults = secrets
    .filter((name) => !isSecret(name))
    .map((name) => manifestFault("authentication_secret_open", { name }));
  if (envelope && (isSecret(envelope.receiver) || properties[envelope.receiver]?.type !== "string")) {
    faults.push(manifestFault("authentication_receiver_odd", { name: envelope.receiver }));
  }
  return [...(isPushed(receipts) ? [] : [manifestFault("authentication_without_pushes")]), ...faults];
}

/** What the host hands out, it hands to code that the operator trusts; what it knows itself, it knows of nobody else. */
function findHostUseFaults({ level, uses, receipts }: PluginManifest): Fault[] {
  return [
    ...(uses && level !== "native" ? [manifestFault("uses_not_native")] : []),
    ...(receipts.mode === "host" && !uses ? [manifestFault("host_receipts_without_uses")] : []),
  ];
}

function findBillingFaults({ billing, content, settings: { properties } }: PluginManifest): Fault[] {
  if (!billing) return [];
  const { fields, single, multi, added } = billing;
  const property = added?.setting === undefined ? undefined : properties[added.setting];
  const isOpen = added?.setting === undefined || (property?.type === "string" && !property["x-secret"]);
  return [
    ...fields
      .filter((name) => !Object.hasOwn(content, name))
      .map((name) => manifestFault("billing_field_unknown", { name })),
    ...(multi > single ? [manifestFault("billing_multi_more")] : []),
    ...(isOpen ? [] : [manifestFault("billing_setting_odd", { name: added?.setting ?? "" })]),
  ];
}
