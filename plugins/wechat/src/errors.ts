import type { SendStatus } from "@tidings/sdk/plugin";

/** What a code of the vendor means for the message of the call. */
export interface Refusal {
  status: SendStatus;
  retryAfterMs?: number;
}

// https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html

/** The account, its rights or its addresses: every message would be refused. */
const ACCOUNT_CODES = [40125, 40164, 40243, 41002, 41004, 43107, 48001, 48004, 50002, 50004, 50007, 89503];

/** The host has replaced the token once already, so nothing was sent: worth another try with the next token. */
const TOKEN_CODES = [40001, 40014, 41001, 42001];

const REFUSALS = new Map<number, Refusal>([
  ...ACCOUNT_CODES.map((code) => [code, { status: "config" }] as const),
  ...TOKEN_CODES.map((code) => [code, { status: "transient" }] as const),
  // The vendor is busy and asks to be called again.
  [-1, { status: "transient", retryAfterMs: 2000 }],
  // Of the day, which ends at midnight in China: tried now and then until it does.
  [45009, { status: "throttled", retryAfterMs: 600_000 }],
  [45011, { status: "throttled", retryAfterMs: 60_000 }],
  // Another message to the same user is under way: the others may go on.
  [43108, { status: "transient", retryAfterMs: 1000 }],
]);

/** What a code means; one that is not known refuses this message. */
export function readRefusal(code: number): Refusal {
  return REFUSALS.get(code) ?? { status: "rejected" };
}

/** The codes that are told apart from a mere refusal. */
export const JUDGED_CODES: readonly number[] = [...REFUSALS.keys()];
