import type { SendResult } from "@tidings/sdk/plugin";

/** What a code of the vendor means, for a whole call or for one of its numbers alike. */
export type Refusal = Pick<SendResult, "status" | "retryAfterMs">;

const CONFIG: Refusal = { status: "config" };
const REJECTED: Refusal = { status: "rejected" };
/** One number had its share; the channel is well, and others get theirs. */
const NUMBER_RESTS: Refusal = { status: "transient", retryAfterMs: 60_000 };
/** A fault inside the vendor's system: nobody can tell whether the message had been taken over by then. */
const UNKNOWN: Refusal = { status: "unknown" };

// https://docs.jiguang.cn/jsms/server/rest_api_jsms
const ACCOUNT_CODES = ["50001", "50002", "50008", "50014", "50016", "50017", "50018", "50035", "50036"];

const REFUSALS = new Map<string, Refusal>([
  ...ACCOUNT_CODES.map((code) => [code, CONFIG] as const),
  ["50009", NUMBER_RESTS],
  ["50019", UNKNOWN],
]);

/**
 * What a code means. Everything else is about this number, content or template: a wrong one must not stop the channel for
 * all the others.
 */
export const readRefusal = (code: string): Refusal => REFUSALS.get(code) ?? REJECTED;
