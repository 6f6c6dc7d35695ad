import { createHash, createHmac } from "node:crypto";
import type { PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

export interface Tc3Inputs {
  secretId: string;
  secretKey: string;
  /** Seconds since 1970. */
  timestamp: number;
  service: string;
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** The client's side of the signature: the headers to add to a request. */
export function signTc3(
  request: Pick<PlannedRequest, "method" | "url" | "headers" | "body">,
  { secretId, secretKey, timestamp, service }: Tc3Inputs,
) {
  const { host } = new URL(request.url);
  const headers: Record<string, string> = { ...request.headers, host, "x-tc-timestamp": String(timestamp) };
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const canonicalRequest = [
    request.method,
    "/",
    "",
    `content-type:${headers["content-type"]}`,
    `host:${host}`,
    `x-tc-action:${headers["x-tc-action"]?.toLowerCase()}`,
    "",
    "content-type;host;x-tc-action",
    hash(request.body ?? ""),
  ].join("\n");
  const stringToSign = [
    "TC3-HMAC-SHA256",
    timestamp,
    `${date}/${service}/tc3_request`,
    hash(canonicalRequest),
  ].join("\n");
  const key = mac(mac(mac(`TC3${secretKey}`, date), service), "tc3_request");
  const signature = mac(key, stringToSign).toString("hex");
  headers.authorization = `TC3-HMAC-SHA256 Credential=${secretId}/${date}/${service}/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=${signature}`;
  return { headers, canonicalRequest, stringToSign, signature };
}

/** A host in small: signs a request, sends it and tells answers from faults of the transport. */
export function makeSender(keys: Record<string, unknown>, timeoutMs = 2000) {
  return async (request: PlannedRequest): Promise<Answer> => {
    const { headers } = signTc3(request, {
      secretId: String(keys.secretId),
      secretKey: String(keys.secretKey),
      timestamp: Math.floor(Date.now() / 1000),
      service: "sms",
    });
    return fetchAnswer({ ...request, headers }, timeoutMs);
  };
}
