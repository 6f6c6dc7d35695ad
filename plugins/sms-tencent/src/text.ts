/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}

/** A foreign text for storing; empty if it is none. */
export function readText(value: unknown, maxLength: number): string {
  return typeof value === "string" ? clip(value, maxLength) : "";
}

/** Parses JSON of unknown origin. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const BEIJING_OFFSET_MS = 8 * 60 * 60 * 1000;

/** Reads a moment; the vendor writes Beijing time, without saying so. */
export function readBeijingTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (!match) return undefined;
  const at = Date.parse(`${text.replace(" ", "T")}Z`);
  return Number.isNaN(at) ? undefined : at - BEIJING_OFFSET_MS;
}
