import type { OutboundMessage } from "../contract.ts";

/**
 * Reads a field of the content with `key=value`, one a line; undefined if that is not what it is or a key is there twice.
 * A value with a line break could bring a key of its own along, so no variable in the field may have one.
 *
 * @param isKey says which keys there may be
 */
export function readPairs(
  text: string,
  variables: OutboundMessage["variables"],
  isKey: (key: string) => boolean,
): Map<string, string> | undefined {
  const breaks = Object.values(variables).some(
    (value) => typeof value === "string" && value.includes("\n") && text.includes(value),
  );
  if (breaks) return undefined;
  const pairs = new Map<string, string>();
  for (const pair of text.split("\n").filter((line) => line.trim() !== "")) {
    const [name = "", ...value] = pair.split("=");
    const key = name.trim();
    if (value.length === 0 || !isKey(key) || pairs.has(key)) return undefined;
    pairs.set(key, value.join("=").trim());
  }
  return pairs;
}
