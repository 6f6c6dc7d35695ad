const MAX_DETAIL_LENGTH = 300;
const MAX_CODE_LENGTH = 64;

/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string, maxLength = MAX_DETAIL_LENGTH): string {
  return text.slice(0, maxLength).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}

export const clipCode = (text: string) => clip(text, MAX_CODE_LENGTH);

/** The entries of a list that somebody typed, separated by commas. */
export function readList(text: string): Set<string> {
  const entries = text.split(/[,，]/).map((entry) => entry.trim());
  return new Set(entries.filter((entry) => entry !== ""));
}
