import type { SendResult } from "@tidings/sdk/plugin";

/** What a code of the vendor means. */
export type Refusal = Pick<SendResult, "status" | "retryAfterMs">;

const REJECTED: Refusal = { status: "rejected" };
const CONFIG: Refusal = { status: "config" };

/** The vendor counts calls by the minute. */
const WINDOW_MS = 60_000;

// https://docs.jiguang.cn/jpush/server/push/rest_api_v3_push
const REFUSALS = new Map<string, Refusal>([
  ["1001", CONFIG],
  ["1004", CONFIG],
  ["1008", CONFIG],
  ["1012", { status: "transient", retryAfterMs: WINDOW_MS }],
  ["1020", CONFIG],
  ["2002", { status: "throttled", retryAfterMs: WINDOW_MS }],
  ["2003", CONFIG],
  ["2004", CONFIG],
  ["2006", CONFIG],
  ["2007", CONFIG],
]);

/**
 * What a code means. Everything else is about this content or these devices: a wrong one must not stop the channel for
 * all the others.
 */
export const readRefusal = (code: string): Refusal => REFUSALS.get(code) ?? REJECTED;
