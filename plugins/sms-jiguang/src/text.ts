/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}

/** A foreign text for storing; empty if it is none. */
export function readText(value: unknown, maxLength: number): string {
  return typeof value === "string" ? clip(value, maxLength) : "";
}

/** A number that the vendor writes as a number here and as a text there; empty if it is neither. */
export function readDigits(value: unknown): string {
  const digits = Number.isSafeInteger(value) ? String(value) : readText(value, 20);
  return /^\d{1,20}$/.test(digits) ? digits : "";
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
