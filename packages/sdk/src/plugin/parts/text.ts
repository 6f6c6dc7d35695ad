/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}

/** A foreign text for storing, as {@link clip} leaves it; empty if it is none. */
export function readText(value: unknown, maxLength: number): string {
  return typeof value === "string" ? clip(value, maxLength) : "";
}

/** Length in characters as people count them: Unicode code points. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** Length in bytes of UTF-8. */
export function sizeOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
