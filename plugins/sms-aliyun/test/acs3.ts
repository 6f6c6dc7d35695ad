import { createHash, createHmac, randomUUID } from "node:crypto";
import type { PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

export interface Acs3Inputs {
  accessKeyId: string;
  accessKeySecret: string;
  /** `yyyy-MM-ddTHH:mm:ssZ` */
  date: string;
  nonce: string;
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The client's side of the signature: the headers to add to a request. */
export function signAcs3(request: PlannedRequest, inputs: Acs3Inputs) {
  const url = new URL(request.url);
  const body = request.body ?? "";
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    "x-acs-date": inputs.date,
    "x-acs-signature-nonce": inputs.nonce,
    "x-acs-content-sha256": hash(body),
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonicalRequest = [
    request.method,
    url.pathname,
    query.join("&"),
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    hash(body),
  ].join("\n");
  const signature = createHmac("sha256", inputs.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${hash(canonicalRequest)}`)
    .digest("hex");
  headers.authorization = `ACS3-HMAC-SHA256 Credential=${inputs.accessKeyId},SignedHeaders=${names.join(";")},Signature=${signature}`;
  return { headers, canonicalRequest, signature };
}

/** A host in small: signs a request, sends it and tells answers from faults of the transport. */
export function makeSender(keys: Record<string, unknown>, timeoutMs = 2000) {
  return async (request: PlannedRequest): Promise<Answer> => {
    const { headers } = signAcs3(request, {
      accessKeyId: String(keys.accessKeyId),
      accessKeySecret: String(keys.accessKeySecret),
      date: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      nonce: randomUUID(),
    });
    return fetchAnswer({ ...request, headers }, timeoutMs);
  };
}
