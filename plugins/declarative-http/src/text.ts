import { clip } from "@tidings/sdk/plugin";

/** The beginning of what a vendor said. */
export const quote = (text: string): string => clip(text, 300);

export const clipCode = (text: string): string => clip(text, 64);

/** The entries of a list that somebody typed, separated by commas. */
export function readList(text: string): Set<string> {
  const entries = text.split(/[,，]/).map((entry) => entry.trim());
  return new Set(entries.filter((entry) => entry !== ""));
}
