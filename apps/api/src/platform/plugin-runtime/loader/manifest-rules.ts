import { isPulled, isPushed, type PluginManifest, PROTOCOL_VERSION } from "@tidings/sdk/plugin";
import { settingOfTemplate } from "../outbound/destination.ts";
import { findAuthFaults } from "./auth-rules.ts";

const majorOf = (version: string) => version.split(".")[0];

/** What a manifest gets wrong beyond its schema: references that lead nowhere and promises without figures. */
export function findManifestFaults(manifest: PluginManifest): string[] {
  return [
    ...findProtocolFaults(manifest),
    ...findSettingsFaults(manifest),
    ...findAuthFaults(manifest),
    ...findHostFaults(manifest),
    ...findIdempotencyFaults(manifest),
    ...findSuppressionFaults(manifest),
    ...findPullFaults(manifest),
    ...findPushFaults(manifest),
    ...findHostUseFaults(manifest),
    ...findCollectFaults(manifest),
    ...findBillingFaults(manifest),
  ];
}

function findProtocolFaults({ protocol }: PluginManifest): string[] {
  const isSpoken = protocol.some((version) => majorOf(version) === majorOf(PROTOCOL_VERSION));
  return isSpoken ? [] : [`it speaks protocol ${protocol.join(", ")}, this host ${PROTOCOL_VERSION}`];
}

function findSettingsFaults({ settings: { properties, required = [] } }: PluginManifest): string[] {
  const missing = required.filter((name) => !properties[name]);
  const odd = Object.keys(properties).filter(
    (name) => properties[name]?.["x-secret"] && properties[name].type !== "string",
  );
  return [
    ...missing.map((name) => `settings requires "${name}", which is no property`),
    ...odd.map((name) => `the secret "${name}" is not a string`),
  ];
}

function findHostFaults({ hosts, settings: { properties } }: PluginManifest): string[] {
  return hosts.flatMap((entry) => {
    const setting = settingOfTemplate(entry);
    if (setting === undefined)
      return isHostName(entry) ? [] : [`hosts has "${entry}", which is no host name`];
    const property = properties[setting];
    if (property?.type === "string" && !property["x-secret"]) return [];
    return [`hosts uses "${setting}", which is no text setting`];
  });
}

const isHostName = (text: string) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);

function findIdempotencyFaults({ idempotency }: PluginManifest): string[] {
  const isVague = idempotency.kind === "key" && idempotency.windowSeconds === undefined;
  return isVague ? ["idempotency needs windowSeconds"] : [];
}

function findSuppressionFaults({ errors = {}, suppresses = {} }: PluginManifest): string[] {
  const wordless = Object.keys(suppresses).filter((code) => !Object.hasOwn(errors, code));
  return wordless.map((code) => `suppresses has "${code}", which has no words in errors`);
}

function findPullFaults({ receipts, query }: PluginManifest): string[] {
  if (!isPulled(receipts)) return [];
  return [
    ...(query ? [] : ["pulled receipts need query"]),
    ...(receipts.pollSeconds === undefined ? ["pulled receipts need receipts.pollSeconds"] : []),
  ];
}

function findCollectFaults({ level, collect, settings: { properties } }: PluginManifest): string[] {
  if (!collect) return [];
  const choices = properties[collect.when.field]?.enum;
  const isChoice = Array.isArray(choices) && collect.when.values.every((value) => choices.includes(value));
  return [
    ...(level === "native" ? [] : ["collect is for native plugins"]),
    ...(isChoice ? [] : [`collect.when names "${collect.when.field}", which has no such choices`]),
  ];
}

function findPushFaults({ receipts, settings: { properties } }: PluginManifest): string[] {
  const { authentication } = receipts;
  if (!authentication) return [];
  const { secret, envelope } = authentication;
  const isSecret = (name: string) => properties[name]?.["x-secret"] === true;
  const secrets = envelope ? [secret, envelope.key] : [secret];
  const faults = secrets
    .filter((name) => !isSecret(name))
    .map((name) => `"${name}", which is no secret setting`);
  if (envelope && (isSecret(envelope.receiver) || properties[envelope.receiver]?.type !== "string")) {
    faults.push(`"${envelope.receiver}", which is no open text setting`);
  }
  return [
    ...(isPushed(receipts) ? [] : ["receipts.authentication is for pushed receipts"]),
    ...faults.map((fault) => `receipts.authentication uses ${fault}`),
  ];
}

/** What the host hands out, it hands to code that the operator trusts; what it knows itself, it knows of nobody else. */
function findHostUseFaults({ level, uses, receipts }: PluginManifest): string[] {
  return [
    ...(uses && level !== "native" ? ["uses is for plugins of level native"] : []),
    ...(receipts.mode === "host" && !uses ? ["receipts of the host need uses"] : []),
  ];
}

function findBillingFaults({ billing, content, settings: { properties } }: PluginManifest): string[] {
  if (!billing) return [];
  const { fields, single, multi, added } = billing;
  const property = added?.setting === undefined ? undefined : properties[added.setting];
  const isOpen = added?.setting === undefined || (property?.type === "string" && !property["x-secret"]);
  return [
    ...fields
      .filter((name) => !Object.hasOwn(content, name))
      .map((name) => `billing counts "${name}", which is no field of the content`),
    ...(multi > single ? ["billing.multi is more than billing.single"] : []),
    ...(isOpen ? [] : [`billing adds "${added?.setting}", which is no open text setting`]),
  ];
}
