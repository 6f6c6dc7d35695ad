import type { AuthScheme } from "@tidings/sdk/plugin";

/** What a scheme adds to a request, with placeholders in angle brackets for whatever is secret or made when it leaves. */
export interface Addition {
  type: AuthScheme["type"];
  headers: Record<string, string>;
  query: Record<string, string>;
}

/** Knows the manifest only, so there is no secret that it could show. */
export function additionOf(scheme: AuthScheme): Addition {
  const { type } = scheme;
  if (scheme.type !== "access-token") return { type, headers: headersOf(scheme), query: {} };
  const { placement } = scheme;
  if (placement.in === "query") return { type, headers: {}, query: { [placement.name]: "<access token>" } };
  const value = `${placement.prefix ?? ""}<access token>`;
  return { type, headers: { [placement.name.toLowerCase()]: value }, query: {} };
}

function headersOf(scheme: Exclude<AuthScheme, { type: "access-token" }>): Record<string, string> {
  switch (scheme.type) {
    case "bearer":
      return { authorization: `Bearer <${scheme.secret}>` };
    case "basic":
      return { authorization: `Basic <base64 of ${scheme.user}:${scheme.secret}>` };
    case "header":
      return { [scheme.name.toLowerCase()]: `<${scheme.secret}>` };
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
