import { createHash, createHmac } from "node:crypto";
import { BlockedError } from "../outbound/blocked-error.ts";
import type { Authenticator, SignableRequest } from "./authenticator.ts";

const ALGORITHM = "TC3-HMAC-SHA256";
const SIGNED_HEADERS = ["content-type", "host", "x-tc-action"];

/**
 * The TC3-HMAC-SHA256 request signature. The request comes with its content type, `x-tc-action` and `x-tc-version`; the
 * timestamp is added here and signed with content type, host, action and body. `service` names the vendor's product.
 */
export function tc3(secretId: string, secret: string, service: string): Authenticator {
  return {
    headersFor(request) {
      const timestamp = String(Math.floor(request.now.getTime() / 1000));
      const date = request.now.toISOString().slice(0, 10);
      const scope = `${date}/${service}/tc3_request`;
      const added = { host: request.url.host, "x-tc-timestamp": timestamp };
      const digest = sha256(canonicalRequest(request, { ...request.headers, ...added }));
      const key = [date, service, "tc3_request"].reduce<Buffer | string>(hmac, `TC3${secret}`);
      const signature = hmac(key, [ALGORITHM, timestamp, scope, digest].join("\n")).toString("hex");
      const names = SIGNED_HEADERS.join(";");
      const authorization = `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
      return { ...added, authorization };
    },
    derivedSecrets: [],
  };
}

// Only of a GET is the query signed; everything else carries its parameters in the body.
function canonicalRequest(
  { method, url, body }: SignableRequest,
  headers: Readonly<Record<string, string>>,
): string {
  const query = method === "GET" ? url.search.slice(1) : "";
  const headerLines = SIGNED_HEADERS.map((name) => `${name}:${signedValue(headers, name)}\n`).join("");
  return [method, url.pathname, query, headerLines, SIGNED_HEADERS.join(";"), sha256(body)].join("\n");
}

function signedValue(headers: Readonly<Record<string, string>>, name: string): string {
  const value = headers[name];
  if (!value) throw new BlockedError(`The request has no ${name} to sign.`);
  return value.trim().toLowerCase();
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
