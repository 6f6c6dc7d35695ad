import type { AccessTokenScheme, AuthScheme, PluginManifest } from "@tidings/sdk/plugin";
import { placeholdersIn } from "../auth/access-token/token-request.ts";
import { secretsOfScheme } from "../auth/index.ts";
import { readHost, settingOfTemplate } from "../outbound/destination.ts";

/** What the auth schemes of a manifest get wrong: names that lead nowhere, secrets where they do not belong. */
export function findAuthFaults(manifest: PluginManifest): string[] {
  return Object.entries(manifest.auth).flatMap(([name, scheme]) =>
    faultsOf(scheme, manifest).map((fault) => `auth "${name}" ${fault}`),
  );
}

function faultsOf(scheme: AuthScheme, manifest: PluginManifest): string[] {
  if (scheme.type === "access-token") return tokenFaults(scheme, manifest);
  const { properties } = manifest.settings;
  const faults = secretsOfScheme(scheme)
    .filter((secret) => !properties[secret]?.["x-secret"])
    .map((secret) => `uses "${secret}", which is no secret setting`);
  if (scheme.type === "basic" && !properties[scheme.user]) {
    faults.push(`uses "${scheme.user}", which is no setting`);
  }
  const named = "name" in scheme ? settingOfTemplate(scheme.name) : undefined;
  if (named !== undefined && (!properties[named] || properties[named]["x-secret"])) {
    faults.push(`is named by "${named}", which is no open setting`);
  }
  return faults;
}

/** The schemes that may authenticate the request for a token. */
const HEADER_SCHEMES: ReadonlySet<string> = new Set([
  "bearer",
  "basic",
  "header",
  "acs3",
  "tc3",
  "standard-webhooks",
]);

function tokenFaults({ request }: AccessTokenScheme, manifest: PluginManifest): string[] {
  const { form, json, method, auth } = request;
  const faults = [...placeholderFaults(request, manifest), ...addressFaults(request.url, manifest)];
  if (form && json) faults.push("has a form and a JSON body");
  if (method === "GET" && (form || json)) faults.push("has a body with GET");
  if (auth !== undefined && !HEADER_SCHEMES.has(manifest.auth[auth]?.type ?? "")) {
    faults.push(`is authenticated by "${auth}", which is no scheme of headers alone`);
  }
  return faults;
}

function placeholderFaults(request: AccessTokenScheme["request"], { settings }: PluginManifest): string[] {
  return placeholdersIn(request).flatMap(({ source, name }) => {
    const property = settings.properties[name];
    const isSecret = property?.["x-secret"] === true;
    if (property && isSecret === (source === "secrets")) return [];
    return [`uses "${name}", which is no ${source === "secrets" ? "secret" : "open"} setting`];
  });
}

function addressFaults(url: string, { hosts }: PluginManifest): string[] {
  if (placeholdersIn(url).some(({ source }) => source === "secrets")) return ["has a secret in its address"];
  const isListed = hosts.some((entry) =>
    settingOfTemplate(entry) ? url.startsWith(`${entry}/`) : readHost(url) === entry,
  );
  return isListed ? [] : ["asks a host that is not among hosts"];
}
