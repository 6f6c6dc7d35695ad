import { createDecipheriv } from "node:crypto";
import type { AesEnvelope } from "@tidings/sdk/plugin";
import { sameText } from "../../crypto/index.ts";
import { PushRefused } from "./push-refused.ts";

const KEY_BYTES = 32;
const IV_BYTES = 16;
const AES_BLOCK_BYTES = 16;
/** What the plain text is padded to: more than the cipher needs. */
const PADDING_BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;

/** The ciphertext of a body, or undefined if it has none. */
export function findCiphertext(body: string, field: string): string | undefined {
  return body.trimStart().startsWith("{") ? findInJson(body, field) : findInXml(body, field);
}

function findInJson(body: string, field: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(body) as Record<string, unknown>)[field];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Looks for the element alone: what is not signed is not parsed. */
function findInXml(body: string, field: string): string | undefined {
  const pattern = new RegExp(`<${field}>\\s*(?:<!\\[CDATA\\[)?([A-Za-z0-9+/=]+)(?:\\]\\]>)?\\s*</${field}>`);
  return pattern.exec(body)?.[1];
}

/** The plain body. The ciphertext's signature has been checked: nobody learns from a refusal how padding ends. */
export function openEnvelope(
  { key: keyName, receiver: receiverName }: AesEnvelope,
  encodedKey: string,
  ciphertext: string,
  receiver: string,
): string {
  const key = Buffer.from(encodedKey, "base64");
  const content = key.byteLength === KEY_BYTES ? readContent(key, ciphertext) : undefined;
  if (!content) {
    throw new PushRefused(
      403,
      `The push cannot be decrypted. Check that the vendor has the channel's "${keyName}".`,
    );
  }
  if (!sameText(content.receiver, receiver)) {
    throw new PushRefused(403, `The push is for another receiver than the channel's "${receiverName}".`);
  }
  return content.body;
}

function readContent(key: Buffer, ciphertext: string): { body: string; receiver: string } | undefined {
  const plain = decrypt(key, Buffer.from(ciphertext, "base64"));
  const start = RANDOM_BYTES + LENGTH_BYTES;
  if (!plain || plain.byteLength < start) return undefined;
  const end = start + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.byteLength) return undefined;
  return { body: plain.toString("utf8", start, end), receiver: plain.toString("utf8", end) };
}

function decrypt(key: Buffer, ciphertext: Buffer): Buffer | undefined {
  if (ciphertext.byteLength === 0 || ciphertext.byteLength % AES_BLOCK_BYTES !== 0) return undefined;
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, IV_BYTES)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  const paddingBytes = padded.at(-1) ?? 0;
  const isPadding = paddingBytes >= 1 && paddingBytes <= PADDING_BLOCK_BYTES;
  if (!isPadding || paddingBytes > padded.byteLength) return undefined;
  const padding = padded.subarray(-paddingBytes);
  return padding.every((byte) => byte === paddingBytes) ? padded.subarray(0, -paddingBytes) : undefined;
}
