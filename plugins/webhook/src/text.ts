/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string): string {
  return text.slice(0, 300).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}
