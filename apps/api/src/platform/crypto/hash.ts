import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";

export const sha256 = (text: string): Buffer => hash("sha256", text, "buffer");

export const hmacSha256 = (key: Uint8Array, data: string | Uint8Array): Buffer =>
  createHmac("sha256", key).update(data).digest();

/** Compares two texts without telling by its duration where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** `sizeBytes` random bytes as base64url. */
export const randomToken = (sizeBytes: number): string => randomBytes(sizeBytes).toString("base64url");

/** JSON with sorted keys: equal values give equal texts. Takes what `JSON.parse` returns; undefined fields are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const fields = value as Record<string, unknown>;
  const parts = Object.keys(fields)
    .sort()
    .flatMap((key) =>
      fields[key] === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(fields[key])}`],
    );
  return `{${parts.join()}}`;
}
