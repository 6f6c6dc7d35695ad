/** Parses JSON of unknown origin; undefined if it is none. Integers of more than 53 bits lose their end. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object: neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number of unknown origin, which may be written as a text; NaN if it is none. */
export function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

/** A text of unknown origin, which may be given as a number; empty if it is none. Not for storing: see `readText`. */
export function toWord(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
