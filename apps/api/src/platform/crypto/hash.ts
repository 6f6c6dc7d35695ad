import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";

export const sha256 = (text: string): Buffer => hash("sha256", text, "buffer");

/** The same as lower-case hexadecimal, which costs less where bytes are not needed. */
export const sha256Hex = (text: string): string => hash("sha256", text, "hex");

export const hmacSha256 = (key: Uint8Array, data: string | Uint8Array): Buffer =>
  createHmac("sha256", key).update(data).digest();

/** Compares two texts without telling by its duration where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** `sizeBytes` random bytes as base64url. */
export const randomToken = (sizeBytes: number): string => randomBytes(sizeBytes).toString("base64url");

/** JSON with sorted keys: equal values give equal texts. Takes what `JSON.parse` returns; undefined fields are left out. */
export const canonicalJson = (value: unknown): string => JSON.stringify(inOrder(value)) ?? "null";

function inOrder(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = value as Record<string, unknown>;
  const keys = Object.keys(fields).sort();
  // A field named `__proto__` is one like any other, where there is no prototype; other objects are cheaper with one.
  const sorted: Record<string, unknown> = keys.includes("__proto__") ? Object.create(null) : {};
  for (const key of keys) sorted[key] = inOrder(fields[key]);
  return sorted;
}
