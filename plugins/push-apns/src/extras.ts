import { type OutboundMessage, readPairs } from "@tidings/sdk/plugin";

/** What the app gets along with a notification. */
export type Extras = Record<string, string>;

const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
/** The member of the payload that is the vendor's. */
const RESERVED = "aps";

/** The content's extras, and its link under `link`, which no other may be called then; undefined if they are malformed. */
export function readExtras({
  content: { extras = "", link },
  variables,
}: Pick<OutboundMessage, "content" | "variables">): Extras | undefined {
  const pairs = readPairs(extras, variables, (key) => KEY.test(key) && key !== RESERVED);
  if (!pairs || (link && pairs.has("link"))) return undefined;
  return { ...(link && { link }), ...Object.fromEntries(pairs) };
}
