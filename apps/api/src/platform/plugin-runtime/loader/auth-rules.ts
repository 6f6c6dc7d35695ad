import type { Fault } from "@tidings/sdk/package";
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
import { manifestFault, manifestPlace } from "./manifest-faults.ts";

/** What the auth schemes of a manifest get wrong: names that lead nowhere, secrets where they do not belong. */
export function findAuthFaults(manifest: PluginManifest): Fault[] {
  return Object.entries(manifest.auth).flatMap(([name, scheme]) =>
    faultsOf(scheme, manifest).map(manifestPlace("in_auth", { name })),
  );
}

function faultsOf(scheme: AuthScheme, manifest: PluginManifest): Fault[] {
  if (scheme.type === "access-token") return tokenFaults(scheme, manifest);
  if (scheme.type === "jwt") return jwtFaults(scheme, manifest);
  const { properties } = manifest.settings;
  const faults = secretsOfScheme(scheme)
    .filter((secret) => !properties[secret]?.["x-secret"])
    .map((name) => manifestFault("auth_secret_open", { name }));
  if (scheme.type === "basic" && !properties[scheme.user]) {
    faults.push(manifestFault("auth_setting_unknown", { name: scheme.user }));
  }
  const named = "name" in scheme ? settingOfTemplate(scheme.name) : undefined;
  if (named !== undefined && (!properties[named] || properties[named]["x-secret"])) {
    faults.push(manifestFault("auth_named_by_secret", { name: named }));
  }
  return scheme.type === "hmac" ? [...faults, ...hmacFaults(scheme, manifest)] : faults;
}

function jwtFaults({ token, reuseSeconds }: JwtScheme, manifest: PluginManifest): Fault[] {
  const faults = [...placeholderFaults(token, manifest), ...wordFaults(token, [])];
  const { lifetimeSeconds } = token;
  if (lifetimeSeconds !== undefined && lifetimeSeconds <= reuseSeconds) {
    faults.push(manifestFault("auth_token_outlived"));
  }
  return faults;
}

const SIGNED_WORDS = ["method", "host", "path", "query", "body", "timestamp", "nonce", "idempotencyKey"];

function hmacFaults(scheme: HmacScheme, manifest: PluginManifest): Fault[] {
  const { message, headers, query } = scheme;
  const faults = [
    ...placeholderFaults([message, headers, query], manifest),
    ...wordFaults(message, SIGNED_WORDS),
    ...wordFaults([headers, query], ["timestamp", "nonce", "signature"]),
  ];
  if (!wordsIn([headers, query]).includes("signature")) {
    faults.push(manifestFault("auth_signature_nowhere"));
  }
  return faults;
}

function wordFaults(part: unknown, known: string[]): Fault[] {
  return wordsIn(part)
    .filter((word) => !known.includes(word))
    .map((word) => manifestFault("auth_placeholder_unknown", { name: `\${${word}}` }));
}

function tokenFaults({ request }: AccessTokenScheme, manifest: PluginManifest): Fault[] {
  const { form, json, method, auth, assertion } = request;
  const faults = [...placeholderFaults(request, manifest), ...addressFaults(request.url, manifest)];
  const words = wordsIn([request.query, form, json]);
  faults.push(...wordFaults([request.query, form, json], assertion ? ["assertion"] : []));
  faults.push(...wordFaults([request.url, assertion], []));
  if (assertion && !words.includes("assertion")) {
    faults.push(manifestFault("auth_assertion_nowhere"));
  }
  if (form && json) faults.push(manifestFault("auth_two_bodies"));
  if (method === "GET" && (form || json)) faults.push(manifestFault("auth_body_with_get"));
  const helper = auth === undefined ? undefined : manifest.auth[auth];
  if (auth !== undefined && (helper === undefined || hasToken(helper))) {
    faults.push(manifestFault("auth_of_token", { name: auth }));
  }
  return faults;
}

function placeholderFaults(part: unknown, { settings }: PluginManifest): Fault[] {
  return placeholdersIn(part).flatMap(({ source, name, member }) => {
    const property = settings.properties[name];
    const isSecret = property?.["x-secret"] === true;
    if (!property || isSecret !== (source === "secrets")) {
      return [manifestFault(source === "secrets" ? "auth_secret_open" : "auth_secret_shown", { name })];
    }
    return member !== undefined && !isSecret ? [manifestFault("auth_member_of_open", { member, name })] : [];
  });
}

function addressFaults(url: string, { hosts }: PluginManifest): Fault[] {
  if (placeholdersIn(url).some(({ source }) => source === "secrets"))
    return [manifestFault("auth_secret_in_address")];
  const isListed = hosts.some((entry) =>
    settingOfTemplate(entry) ? url.startsWith(`${entry}/`) : readHost(url) === entry,
  );
  return isListed ? [] : [manifestFault("auth_host_unlisted")];
}
