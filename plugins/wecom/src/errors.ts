import type { SendStatus } from "@tidings/sdk/plugin";

/** What a code of the vendor means for the messages of the call. */
export interface Refusal {
  status: SendStatus;
  retryAfterMs?: number;
}

// https://developer.work.weixin.qq.com/document/path/90313

/** The app, its secret or its rights: every message would be refused. */
const ACCOUNT_CODES = [40001, 40013, 40056, 40091, 41002, 41004, 41011, 48002, 48004, 50003, 60020, 301002];

/** The host has replaced the token once already, so nothing was sent: worth another try with the next token. */
const TOKEN_CODES = [40014, 41001, 42001];

const REFUSALS = new Map<number, Refusal>([
  ...ACCOUNT_CODES.map((code) => [code, { status: "config" }] as const),
  ...TOKEN_CODES.map((code) => [code, { status: "transient" }] as const),
  // The vendor is busy and asks to be called again.
  [-1, { status: "transient", retryAfterMs: 2000 }],
  // Limits of a minute, an hour or a day: the answer does not say which.
  [45009, { status: "throttled", retryAfterMs: 60_000 }],
  [45033, { status: "throttled", retryAfterMs: 1000 }],
]);

/** What a code means; one that is not known refuses this call. */
export function readRefusal(code: number): Refusal {
  return REFUSALS.get(code) ?? { status: "rejected" };
}
