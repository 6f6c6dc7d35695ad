import type { AccessTokenScheme, AuthScheme, JwtScheme } from "@tidings/sdk/plugin";
import { BlockedError } from "../outbound/blocked-error.ts";
import { settingOfTemplate } from "../outbound/destination.ts";
import { RESERVED_HEADERS } from "../outbound/reserved-headers.ts";
import { acs3 } from "./acs3.ts";
import type { Authenticator, SchemeValues } from "./authenticator.ts";
import { basic } from "./basic.ts";
import { bearer } from "./bearer.ts";
import { hmac } from "./declared/hmac.ts";
import { header } from "./header.ts";
import { query } from "./query.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { tc3 } from "./tc3.ts";

export type { Authenticator, SchemeValues, SignableRequest } from "./authenticator.ts";

/** A scheme whose requests carry a token that is used for a while. */
export type TokenScheme = AccessTokenScheme | JwtScheme;

/** A scheme that works out by itself what each request carries. */
type OwnScheme = Exclude<AuthScheme, TokenScheme>;

export const hasToken = (scheme: AuthScheme): scheme is TokenScheme =>
  scheme.type === "access-token" || scheme.type === "jwt";

/** The names of the secret settings that a scheme uses. */
export function secretsOfScheme(scheme: OwnScheme): string[] {
  switch (scheme.type) {
    case "acs3":
      return [scheme.accessKeyId, scheme.secret];
    case "tc3":
      return [scheme.secretId, scheme.secret];
    default:
      return [scheme.secret];
  }
}

/** Prepares a scheme of the manifest for one channel. A secret that is not set fails each request, not this. */
export function createAuthenticator(scheme: OwnScheme, values: SchemeValues): Authenticator {
  const { settings, secrets } = values;
  const missing = secretsOfScheme(scheme).find((name) => !secrets[name]);
  if (missing) return refuse(`The secret "${missing}" is not set.`);
  const secret = secrets[scheme.secret] ?? "";
  switch (scheme.type) {
    case "bearer":
      return bearer(secret);
    case "basic":
      return basic(String(settings[scheme.user] ?? secrets[scheme.user] ?? ""), secret);
    case "header":
    case "query":
      return carry(scheme, settings, secret);
    case "hmac":
      return hmac(scheme, secret, values);
    case "acs3":
      return acs3(secrets[scheme.accessKeyId] ?? "", secret);
    case "tc3":
      return tc3(secrets[scheme.secretId] ?? "", secret, scheme.service);
    case "standard-webhooks":
      return standardWebhooks(secret);
  }
}

const CARRIER_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A header or a part of the query whose name may be a setting, and then anything. */
function carry(
  { type, name: template }: Extract<OwnScheme, { type: "header" | "query" }>,
  settings: SchemeValues["settings"],
  secret: string,
): Authenticator {
  const setting = settingOfTemplate(template);
  const name = setting === undefined ? template : String(settings[setting] ?? "");
  if (!CARRIER_NAME.test(name)) return refuse(`The setting "${setting}" is no name of a ${type}.`);
  if (type === "query") return query(name, secret);
  if (RESERVED_HEADERS.has(name.toLowerCase())) return refuse(`The header ${name} is reserved.`);
  return header(name, secret);
}

function refuse(reason: string): Authenticator {
  return {
    headersFor: () => {
      throw new BlockedError(reason);
    },
    derivedSecrets: [],
  };
}
