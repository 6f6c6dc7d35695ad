import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Account } from "./account.ts";
import { refusal, type VendorAnswer } from "./answers.ts";

const CLOCK_TOLERANCE_SECONDS = 5 * 60;
const SERVICE = "sms";

export interface RawRequest {
  method: string;
  headers: Headers;
  body: string;
}

/**
 * The vendor's side of TC3-HMAC-SHA256, written from its documentation: https://cloud.tencent.com/document/api/213/30654
 * Answers the refusal, or nothing when the request is genuine.
 */
export function checkSignature(
  request: RawRequest,
  { secretId, secretKey }: Pick<Account, "secretId" | "secretKey">,
  now: number,
): VendorAnswer | undefined {
  const authorization = readAuthorization(request.headers.get("authorization") ?? "");
  const timestamp = request.headers.get("x-tc-timestamp") ?? "";
  if (!authorization || !/^\d{1,12}$/.test(timestamp)) {
    return refusal("AuthFailure.InvalidAuthorization", "The authorization or the timestamp is malformed.");
  }
  if (Math.abs(now / 1000 - Number(timestamp)) > CLOCK_TOLERANCE_SECONDS) {
    return refusal("AuthFailure.SignatureExpire", "The timestamp is more than five minutes off.");
  }
  if (authorization.secretId !== secretId) {
    return refusal("AuthFailure.SecretIdNotFound", "The SecretId is not found.");
  }
  const isGenuine =
    authorization.date === new Date(Number(timestamp) * 1000).toISOString().slice(0, 10) &&
    authorization.service === SERVICE &&
    ["content-type", "host"].every((name) => authorization.signedHeaders.includes(name)) &&
    isSignedBy(secretKey, request, authorization, timestamp);
  return isGenuine ? undefined : refusal("AuthFailure.SignatureFailure", "The signature does not match.");
}

interface Authorization {
  secretId: string;
  date: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

function readAuthorization(value: string): Authorization | undefined {
  const pattern =
    /^TC3-HMAC-SHA256 Credential=([^/,]+)\/(\d{4}-\d\d-\d\d)\/([a-z0-9]+)\/tc3_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, secretId, date, service, names, signature] = pattern.exec(value) ?? [];
  if (!secretId || !date || !service || !names || !signature) return undefined;
  return { secretId, date, service, signedHeaders: names.split(";"), signature };
}

function isSignedBy(
  secretKey: string,
  { method, headers, body }: RawRequest,
  { date, service, signedHeaders, signature }: Authorization,
  timestamp: string,
): boolean {
  let canonical = `${method}\n/\n\n`;
  for (const name of signedHeaders)
    canonical += `${name}:${(headers.get(name) ?? "").trim().toLowerCase()}\n`;
  canonical += `\n${signedHeaders.join(";")}\n${sha256(body)}`;
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${sha256(canonical)}`;
  const dayKey = hmac(`TC3${secretKey}`, date);
  const serviceKey = hmac(dayKey, service);
  const signingKey = hmac(serviceKey, "tc3_request");
  return timingSafeEqual(hmac(signingKey, text), Buffer.from(signature, "hex"));
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
