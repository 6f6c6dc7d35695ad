import { createHash } from "node:crypto";

/**
 * Whether a batch belongs to the share that tries a new version. The same batch always gets the same answer, and one
 * that is in a small share is in every larger one.
 */
export function isInShare(batchRef: string, percent: number): boolean {
  const number = createHash("sha256").update(batchRef).digest().readUInt32BE(0);
  return number % 100 < percent;
}
