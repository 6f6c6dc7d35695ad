import { createHash } from "node:crypto";
import type { SortedSha1Authentication } from "@tidings/sdk/plugin";
import { sameText } from "../../crypto/index.ts";

/** What a query says about itself. */
export interface SignedParts {
  signature: string;
  timestamp: string;
  nonce: string;
}

const MAX_NONCE_LENGTH = 128;

/** Undefined if a part is missing or has not its form. */
export function readSignedParts(
  scheme: SortedSha1Authentication,
  query: Readonly<Record<string, string>>,
  signatureName: string,
): SignedParts | undefined {
  const signature = query[signatureName] ?? "";
  const timestamp = query[scheme.timestamp] ?? "";
  const nonce = query[scheme.nonce] ?? "";
  const isWellFormed = /^[0-9a-fA-F]{40}$/.test(signature) && /^\d{1,12}$/.test(timestamp);
  if (!isWellFormed || nonce === "" || nonce.length > MAX_NONCE_LENGTH) return undefined;
  return { signature: signature.toLowerCase(), timestamp, nonce };
}

/** Whether the signature is that of the parts, the secret and what else is signed. */
export function isSigned(
  { signature, timestamp, nonce }: SignedParts,
  secret: string,
  others: readonly string[],
): boolean {
  const text = [secret, timestamp, nonce, ...others].sort().join("");
  return sameText(createHash("sha1").update(text).digest("hex"), signature);
}

export function isTimely({ timestamp }: SignedParts, windowSeconds: number, now: number): boolean {
  return Math.abs(now - Number(timestamp) * 1000) <= windowSeconds * 1000;
}
