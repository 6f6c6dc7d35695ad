import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Account } from "./account.ts";
import { gatewayError, type VendorAnswer } from "./answers.ts";

const CLOCK_TOLERANCE_MS = 15 * 60 * 1000;
const SIGNED_AT_LEAST = [
  "host",
  "x-acs-action",
  "x-acs-content-sha256",
  "x-acs-date",
  "x-acs-signature-nonce",
  "x-acs-version",
];

export interface RawRequest {
  method: string;
  /** Path and query as they came over the wire. */
  target: string;
  headers: Headers;
  body: string;
}

/**
 * The vendor's side of ACS3-HMAC-SHA256, written from its documentation:
 * https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
export class SignatureGuard {
  readonly #account: Account;
  /** Nonces by arrival; a nonce outside the clock's tolerance cannot come back anyway. */
  readonly #nonces = new Map<string, number>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Answers the gateway's error, or nothing when the request is genuine and new. */
  check(request: RawRequest, now: number): VendorAnswer | undefined {
    const authorization = readAuthorization(request.headers.get("authorization") ?? "");
    if (!authorization) return gatewayError(400, "IncompleteSignature", "No ACS3-HMAC-SHA256 authorization.");
    if (authorization.accessKeyId !== this.#account.accessKeyId) {
      return gatewayError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    }
    return (
      checkClock(request.headers, now) ??
      checkSignature(request, authorization, this.#account.accessKeySecret) ??
      this.#checkNonce(request.headers, now)
    );
  }

  #checkNonce(headers: Headers, now: number): VendorAnswer | undefined {
    for (const [nonce, at] of this.#nonces) {
      if (now - at < 2 * CLOCK_TOLERANCE_MS) break;
      this.#nonces.delete(nonce);
    }
    const nonce = headers.get("x-acs-signature-nonce") ?? "";
    if (this.#nonces.has(nonce)) {
      return gatewayError(400, "SignatureNonceUsed", "The request signature nonce has been used.");
    }
    this.#nonces.set(nonce, now);
    return undefined;
  }
}

interface Authorization {
  accessKeyId: string;
  signedHeaders: string[];
  signature: string;
}

function readAuthorization(value: string): Authorization | undefined {
  const pattern = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/;
  const [, accessKeyId, signedHeaders, signature] = pattern.exec(value) ?? [];
  if (!accessKeyId || !signedHeaders || !signature) return undefined;
  return { accessKeyId, signedHeaders: signedHeaders.split(";"), signature };
}

function checkClock(headers: Headers, now: number): VendorAnswer | undefined {
  const date = headers.get("x-acs-date") ?? "";
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at)) return gatewayError(400, "InvalidTimeStamp.Format", "x-acs-date is malformed.");
  if (Math.abs(now - at) <= CLOCK_TOLERANCE_MS) return undefined;
  return gatewayError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
}

function checkSignature(
  request: RawRequest,
  { signedHeaders, signature }: Authorization,
  secret: string,
): VendorAnswer | undefined {
  const { headers, body } = request;
  const present = [...headers.keys()].filter((name) => name.startsWith("x-acs-") || name === "content-type");
  const required = new Set([...SIGNED_AT_LEAST, ...present]);
  const bodyHash = sha256(body);
  const isComplete = [...required].every((name) => signedHeaders.includes(name));
  if (!isComplete || headers.get("x-acs-content-sha256") !== bodyHash) {
    return gatewayError(400, "IncompleteSignature", "A header is not signed, or the body hash is wrong.");
  }
  const expected = createHmac("sha256", secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonicalRequest(request, signedHeaders, bodyHash))}`)
    .digest("hex");
  if (timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return undefined;
  return gatewayError(400, "SignatureDoesNotMatch", "Specified signature does not match our calculation.");
}

function canonicalRequest(request: RawRequest, signedHeaders: string[], bodyHash: string): string {
  const [path = "/", query = ""] = request.target.split("?", 2);
  const headerLines = signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? "").trim()}\n`);
  return [
    request.method,
    path,
    canonicalQuery(query),
    headerLines.join(""),
    signedHeaders.join(";"),
    bodyHash,
  ].join("\n");
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .sort()
    .join("&");
}

function percentEncode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9_.~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
