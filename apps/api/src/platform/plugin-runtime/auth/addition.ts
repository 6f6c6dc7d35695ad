import type { AuthScheme, TokenPlacement } from "@tidings/sdk/plugin";

/** The schemes that add nothing but headers. */
type SchemeOfHeaders = Exclude<AuthScheme, { type: "access-token" | "jwt" | "query" | "hmac" }>;

/** What a scheme adds to a request, with placeholders in angle brackets for whatever is secret or made when it leaves. */
export interface Addition {
  type: AuthScheme["type"];
  headers: Record<string, string>;
  query: Record<string, string>;
}

/** Knows the manifest only, so there is no secret that it could show. */
export function additionOf(scheme: AuthScheme): Addition {
  const { type } = scheme;
  switch (scheme.type) {
    case "access-token":
    case "jwt":
      return carry(type, scheme.placement);
    case "query":
      return { type, headers: {}, query: { [shown(scheme.name)]: `<${scheme.secret}>` } };
    case "hmac":
      return { type, headers: shownParts(scheme.headers), query: shownParts(scheme.query) };
    default:
      return { type, headers: headersOf(scheme), query: {} };
  }
}

function carry(type: AuthScheme["type"], placement: TokenPlacement): Addition {
  const token = type === "jwt" ? "<signed token>" : "<access token>";
  if (placement.in === "query") return { type, headers: {}, query: { [placement.name]: token } };
  return {
    type,
    headers: { [placement.name.toLowerCase()]: `${placement.prefix ?? ""}${token}` },
    query: {},
  };
}

/** A text of the manifest, with the names of what it is filled with. */
const shown = (text: string) => text.replace(/\$\{(?:settings\.|secrets\.)?([^}]+)\}/g, "<$1>");

const shownParts = (parts: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, shown(value)]));

function headersOf(scheme: SchemeOfHeaders): Record<string, string> {
  switch (scheme.type) {
    case "bearer":
      return { authorization: `Bearer <${scheme.secret}>` };
    case "basic":
      return { authorization: `Basic <base64 of ${scheme.user}:${scheme.secret}>` };
    case "header":
      return { [shown(scheme.name).toLowerCase()]: `<${scheme.secret}>` };
    case "acs3":
      return {
        "x-acs-content-sha256": "<hash of the body>",
        "x-acs-date": "<time>",
        "x-acs-signature-nonce": "<nonce>",
        authorization: `ACS3-HMAC-SHA256 Credential=<${scheme.accessKeyId}>,SignedHeaders=<names>,Signature=<signature>`,
      };
    case "tc3":
      return {
        "x-tc-timestamp": "<time>",
        authorization: `TC3-HMAC-SHA256 Credential=<${scheme.secretId}>/<date>/${scheme.service}/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=<signature>`,
      };
    case "standard-webhooks":
      return {
        "webhook-id": "<idempotency key>",
        "webhook-timestamp": "<time>",
        "webhook-signature": "v1,<signature>",
      };
  }
}
