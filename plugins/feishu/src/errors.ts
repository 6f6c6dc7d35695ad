import type { SendStatus } from "@tidings/sdk/plugin";

/** What a code of the vendor means for the message of the call. */
export interface Refusal {
  status: SendStatus;
  retryAfterMs?: number;
}

// https://open.feishu.cn/document/server-docs/im-v1/message/create and …/api-call-guide/generic-error-code

/** The app, its bot or its rights: every message would be refused. */
const ACCOUNT_CODES = [10003, 10012, 10014, 10015, 230006, 230027, 99991401, 99991662, 99991672];

/** The host has replaced the token once already, so nothing was sent: worth another try with the next token. */
const TOKEN_CODES = [99991661, 99991663, 99991664, 99991668, 99991671];

const REFUSALS = new Map<number, Refusal>([
  ...ACCOUNT_CODES.map((code) => [code, { status: "config" }] as const),
  ...TOKEN_CODES.map((code) => [code, { status: "transient" }] as const),
  // Of the app; a header says for how long.
  [99991400, { status: "throttled", retryAfterMs: 1000 }],
  // Five a second to one user: the others may go on.
  [230020, { status: "transient", retryAfterMs: 1000 }],
  // An earlier request with the same uuid is still under way.
  [230049, { status: "transient", retryAfterMs: 1000 }],
]);

/** What a code means; one that is not known refuses this message. */
export function readRefusal(code: number): Refusal {
  return REFUSALS.get(code) ?? { status: "rejected" };
}

/** The codes that are told apart from a mere refusal. */
export const JUDGED_CODES: readonly number[] = [...REFUSALS.keys()];
