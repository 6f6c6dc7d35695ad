import type { OutboundMessage } from "@tidings/sdk/plugin";

/** What the app gets along with a notification. */
export type Extras = Record<string, string>;

const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode names the keys that the vendor uses itself. */
const RESERVED = /^(from$|message_type$|gcm|google)/i;

/**
 * Reads `key=value`, one a line; undefined if that is not what it is. A value with a line break could bring a key of its
 * own along, so no variable in here may have one.
 */
export function readExtras({ content, variables }: Pick<OutboundMessage, "content" | "variables">) {
  const text = content.extras ?? "";
  const breaks = Object.values(variables).some(
    (value) => typeof value === "string" && value.includes("\n") && text.includes(value),
  );
  if (breaks) return undefined;
  const extras = new Map<string, string>(content.link ? [["link", content.link]] : []);
  for (const pair of text.split("\n").filter((line) => line.trim() !== "")) {
    const [name = "", ...value] = pair.split("=");
    const key = name.trim();
    if (value.length === 0 || !KEY.test(key) || RESERVED.test(key) || extras.has(key)) return undefined;
    extras.set(key, value.join("=").trim());
  }
  return Object.fromEntries(extras) satisfies Extras;
}
