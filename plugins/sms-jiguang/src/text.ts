import { readText } from "@tidings/sdk/plugin";

/** A number that the vendor writes as a number here and as a text there; empty if it is neither. */
export function readDigits(value: unknown): string {
  const digits = Number.isSafeInteger(value) ? String(value) : readText(value, 20);
  return /^\d{1,20}$/.test(digits) ? digits : "";
}
