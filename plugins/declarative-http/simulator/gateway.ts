import { randomInt } from "node:crypto";
import type { MessageInbox, TakenMessage } from "./inbox.ts";

/** One answer, or one entry of a list of results. */
export interface Result {
  code: string;
  message: string;
  id?: number | string;
}

export const OK = "0";
const REFUSALS = {
  "1001": "no such recipient",
  "1002": "malformed",
  "2001": "too many calls",
  "3001": "no balance",
};

export const refuse = (code: keyof typeof REFUSALS): Result => ({ code, message: REFUSALS[code] });

export interface Order {
  to: unknown;
  title?: unknown;
  text: unknown;
  ref?: unknown;
  key?: string | undefined;
}

/** Takes a message, or refuses it by its recipient: this is what tests choose it for. */
export function takeMessage(
  inbox: MessageInbox,
  order: Order,
  now: number,
): Result & { taken?: TakenMessage } {
  const { to, title = "", text, ref, key } = order;
  if (typeof to !== "string" || to === "" || typeof text !== "string" || text === "") return refuse("1002");
  if (to.endsWith("-gone")) return refuse("1001");
  if (to.endsWith("-busy")) return refuse("2001");
  const message = {
    // Longer than what JavaScript's numbers hold exactly, as with some gateways.
    id: `9${now}${String(randomInt(100_000)).padStart(5, "0")}`,
    to,
    title: String(title),
    text,
    ...(typeof ref === "string" && { ref }),
    at: now,
    fate: fateOf(to),
    count: 1,
  };
  const taken = inbox.take(message, key);
  return { code: OK, message: "ok", id: taken.id, taken };
}

function fateOf(to: string): TakenMessage["fate"] {
  if (to.endsWith("-off")) return "FAILED";
  return to.endsWith("-quiet") ? "NONE" : "DELIVERED";
}

/** JSON with the id as a number, however long it is. */
export const writeJson = (value: unknown): string =>
  JSON.stringify(value).replace(/"id":"(\d+)"/g, (_, digits: string) => `"id":${digits}`);
