import type { Redact } from "../auth/redaction.ts";

/** Longest texts that leave the runtime, characters. */
export const MAX_CODE_LENGTH = 64;
export const MAX_DETAIL_LENGTH = 500;
export const MAX_VENDOR_ID_LENGTH = 200;

/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}

/** A text a plugin returned, without secrets and within its limit; nothing for what is no text or empty. */
export function cleanText(value: unknown, maxLength: number, redact: Redact): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return clip(redact(value), maxLength);
}
