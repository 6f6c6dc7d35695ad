import type {
  AccessTokenScheme,
  AuthScheme,
  HmacScheme,
  JwtScheme,
  PluginManifest,
} from "@tidings/sdk/plugin";
import { placeholdersIn, wordsIn } from "../auth/declared/template.ts";
import { hasToken, secretsOfScheme } from "../auth/index.ts";
import { readHost, settingOfTemplate } from "../outbound/destination.ts";

/** What the auth schemes of a manifest get wrong: names that lead nowhere, secrets where they do not belong. */
export function findAuthFaults(manifest: PluginManifest): string[] {
  return Object.entries(manifest.auth).flatMap(([name, scheme]) =>
    faultsOf(scheme, manifest).map((fault) => `auth "${name}" ${fault}`),
  );
}

function faultsOf(scheme: AuthScheme, manifest: PluginManifest): string[] {
  if (scheme.type === "access-token") return tokenFaults(scheme, manifest);
  if (scheme.type === "jwt") return jwtFaults(scheme, manifest);
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
  return scheme.type === "hmac" ? [...faults, ...hmacFaults(scheme, manifest)] : faults;
}

function jwtFaults({ token, reuseSeconds }: JwtScheme, manifest: PluginManifest): string[] {
  const faults = [...placeholderFaults(token, manifest), ...wordFaults(token, [])];
  const { lifetimeSeconds } = token;
  if (lifetimeSeconds !== undefined && lifetimeSeconds <= reuseSeconds) {
    faults.push("uses its token for longer than it lives");
  }
  return faults;
}

const SIGNED_WORDS = ["method", "host", "path", "query", "body", "timestamp", "nonce", "idempotencyKey"];

function hmacFaults(scheme: HmacScheme, manifest: PluginManifest): string[] {
  const { message, headers, query } = scheme;
  const faults = [
    ...placeholderFaults([message, headers, query], manifest),
    ...wordFaults(message, SIGNED_WORDS),
    ...wordFaults([headers, query], ["timestamp", "nonce", "signature"]),
  ];
  if (!wordsIn([headers, query]).includes("signature")) faults.push("carries its signature nowhere");
  return faults;
}

function wordFaults(part: unknown, known: string[]): string[] {
  return wordsIn(part)
    .filter((word) => !known.includes(word))
    .map((word) => `uses "\${${word}}", which stands for nothing there`);
}

function tokenFaults({ request }: AccessTokenScheme, manifest: PluginManifest): string[] {
  const { form, json, method, auth, assertion } = request;
  const faults = [...placeholderFaults(request, manifest), ...addressFaults(request.url, manifest)];
  const words = wordsIn([request.query, form, json]);
  faults.push(...wordFaults([request.query, form, json], assertion ? ["assertion"] : []));
  faults.push(...wordFaults([request.url, assertion], []));
  if (assertion && !words.includes("assertion")) faults.push("signs an assertion and carries it nowhere");
  if (form && json) faults.push("has a form and a JSON body");
  if (method === "GET" && (form || json)) faults.push("has a body with GET");
  const helper = auth === undefined ? undefined : manifest.auth[auth];
  if (auth !== undefined && (helper === undefined || hasToken(helper))) {
    faults.push(`is authenticated by "${auth}", which is no scheme without a token`);
  }
  return faults;
}

function placeholderFaults(part: unknown, { settings }: PluginManifest): string[] {
  return placeholdersIn(part).flatMap(({ source, name, member }) => {
    const property = settings.properties[name];
    const isSecret = property?.["x-secret"] === true;
    if (!property || isSecret !== (source === "secrets")) {
      return [`uses "${name}", which is no ${source === "secrets" ? "secret" : "open"} setting`];
    }
    return member !== undefined && !isSecret ? [`reads "${member}" in "${name}", which is no secret`] : [];
  });
}

function addressFaults(url: string, { hosts }: PluginManifest): string[] {
  if (placeholdersIn(url).some(({ source }) => source === "secrets")) return ["has a secret in its address"];
  const isListed = hosts.some((entry) =>
    settingOfTemplate(entry) ? url.startsWith(`${entry}/`) : readHost(url) === entry,
  );
  return isListed ? [] : ["asks a host that is not among hosts"];
}
