import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

export const hmacSha256 = (key: Uint8Array, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** Compares two texts without telling by its duration where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** `sizeBytes` random bytes as base64url. */
export const randomToken = (sizeBytes: number): string => randomBytes(sizeBytes).toString("base64url");

/** JSON with sorted keys: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
