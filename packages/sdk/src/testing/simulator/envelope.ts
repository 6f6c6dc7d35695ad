import { createCipheriv, createHash, randomBytes } from "node:crypto";

const BLOCK_BYTES = 32;

/** The vendor's side of the `sorted-sha1` scheme: SHA-1, in hex, over the texts, sorted and joined. */
export function signSorted(...texts: string[]): string {
  return createHash("sha1")
    .update([...texts].sort().join(""))
    .digest("hex");
}

/** Whom an envelope is for, and the key that is agreed with them: 43 characters of base64. */
export interface EnvelopeReceiver {
  name: string;
  key: string;
}

/** The vendor's side of the `aes-cbc` envelope: random bytes, a length, the text and the receiver, encrypted, in base64. */
export function sealEnvelope(text: string, receiver: EnvelopeReceiver): string {
  const key = Buffer.from(`${receiver.key}=`, "base64");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  const plain = Buffer.concat([randomBytes(16), length, Buffer.from(text), Buffer.from(receiver.name)]);
  const paddingBytes = BLOCK_BYTES - (plain.byteLength % BLOCK_BYTES);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(paddingBytes, paddingBytes)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
}

/** A key for {@link sealEnvelope}: base64 of 32 bytes without its last sign, of letters and digits only. */
export function makeEnvelopeKey(): string {
  const key = randomBytes(32).toString("base64").slice(0, 43);
  return /^[A-Za-z0-9]+$/.test(key) ? key : makeEnvelopeKey();
}
