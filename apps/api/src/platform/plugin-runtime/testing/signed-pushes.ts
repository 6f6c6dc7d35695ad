import { createCipheriv, createHash, randomBytes } from "node:crypto";
import type { SortedSha1Authentication } from "@tidings/sdk/plugin";

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

export const sortedSha1 = (...texts: string[]): string =>
  createHash("sha1")
    .update([...texts].sort().join(""))
    .digest("hex");

/** Puts a body into the envelope, as a vendor does. */
export function encrypt(body: string, receiver: string, encodedKey = PUSH_KEY): string {
  const key = Buffer.from(encodedKey, "base64");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(body));
  const plain = Buffer.concat([randomBytes(16), length, Buffer.from(body), Buffer.from(receiver)]);
  const paddingBytes = 32 - (plain.byteLength % 32);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(paddingBytes, paddingBytes)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
}

/** The query of a push at a time, milliseconds since 1970. */
export function signedQuery(now: number, token = PUSH_TOKEN, ciphertext?: string): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const nonce = "4821";
  return {
    signature: sortedSha1(token, timestamp, nonce),
    timestamp,
    nonce,
    ...(ciphertext !== undefined && { msg_signature: sortedSha1(token, timestamp, nonce, ciphertext) }),
  };
}

export const inXml = (ciphertext: string): string =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${ciphertext}]]></Encrypt></xml>`;
