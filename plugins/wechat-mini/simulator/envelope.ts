import { createCipheriv, createHash, randomBytes } from "node:crypto";
import type { Account } from "./account.ts";

const BLOCK_BYTES = 32;

/** The vendor's signature: SHA-1 over the texts, sorted and joined. */
export function sign(...texts: string[]): string {
  return createHash("sha1")
    .update([...texts].sort().join(""))
    .digest("hex");
}

/**
 * Encrypts a push: AES-256-CBC over random bytes, a length, the text and the program's AppID.
 * https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html
 */
export function encrypt(text: string, { appId, encodingAesKey }: Account): string {
  const key = Buffer.from(`${encodingAesKey}=`, "base64");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  const plain = Buffer.concat([randomBytes(16), length, Buffer.from(text), Buffer.from(appId)]);
  const paddingBytes = BLOCK_BYTES - (plain.byteLength % BLOCK_BYTES);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(paddingBytes, paddingBytes)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
}
