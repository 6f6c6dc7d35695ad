import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Authenticator, SignableRequest } from "./authenticator.ts";

const ALGORITHM = "ACS3-HMAC-SHA256";

/**
 * The ACS3-HMAC-SHA256 request signature. The request comes with `x-acs-action` and `x-acs-version`; date, nonce
 * and body hash are added here and signed with every other `x-acs-` header, the host and the content type.
 */
export function acs3(accessKeyId: string, secret: string): Authenticator {
  return {
    headersFor(request) {
      const bodyHash = sha256(request.body);
      const added = {
        host: request.url.host,
        "x-acs-content-sha256": bodyHash,
        "x-acs-date": request.now.toISOString().replace(/\.\d{3}Z$/, "Z"),
        "x-acs-signature-nonce": request.headers["x-acs-signature-nonce"] ?? randomBytes(16).toString("hex"),
      };
      const signed = signedHeaders({ ...request.headers, ...added });
      const names = signed.map(([name]) => name).join(";");
      const digest = sha256(canonicalRequest(request, signed, names, bodyHash));
      const signature = createHmac("sha256", secret).update(`${ALGORITHM}\n${digest}`).digest("hex");
      const authorization = `${ALGORITHM} Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
      return { ...added, authorization };
    },
    derivedSecrets: [],
  };
}

function signedHeaders(headers: Record<string, string>): [string, string][] {
  return Object.entries(headers)
    .filter(([name]) => name === "host" || name === "content-type" || name.startsWith("x-acs-"))
    .map(([name, value]): [string, string] => [name, value.trim()])
    .sort(byText);
}

function canonicalRequest(
  { method, url }: SignableRequest,
  headers: [string, string][],
  names: string,
  bodyHash: string,
): string {
  const headerLines = headers.map(([name, value]) => `${name}:${value}\n`).join("");
  return [method, url.pathname, canonicalQuery(url), headerLines, names, bodyHash].join("\n");
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(byText)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function byText(a: [string, string], b: [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : Number(a[1] > b[1]);
}

/** Percent-encoding of RFC 3986, which leaves only letters, digits and `-_.~` as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
