import type { SortedSha1Authentication } from "@tidings/sdk/plugin";
import { sealEnvelope, signSorted } from "@tidings/sdk/testing";

export const PUSH_SCHEME = {
  type: "sorted-sha1",
  secret: "pushToken",
  signature: "signature",
  timestamp: "timestamp",
  nonce: "nonce",
  windowSeconds: 600,
  envelope: {
    type: "aes-cbc",
    key: "pushKey",
    field: "Encrypt",
    signature: "msg_signature",
    receiver: "appId",
  },
} as const satisfies SortedSha1Authentication;

export const PUSH_TOKEN = "agreed-upon";
/** 43 characters: base64 of 32 bytes, without the sign at the end. */
export const PUSH_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/** Puts a body into the envelope, as a vendor does. */
export const encrypt = (body: string, name: string, key = PUSH_KEY): string =>
  sealEnvelope(body, { name, key });

/** The query of a push at a time, milliseconds since 1970. */
export function signedQuery(now: number, token = PUSH_TOKEN, ciphertext?: string): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const nonce = "4821";
  return {
    signature: signSorted(token, timestamp, nonce),
    timestamp,
    nonce,
    ...(ciphertext !== undefined && { msg_signature: signSorted(token, timestamp, nonce, ciphertext) }),
  };
}

export const inXml = (ciphertext: string): string =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${ciphertext}]]></Encrypt></xml>`;
