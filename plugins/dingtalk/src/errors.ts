import type { SendStatus } from "@tidings/sdk/plugin";

/** What a code of the vendor means for the messages of the call. */
export interface Refusal {
  status: SendStatus;
  retryAfterMs?: number;
}

// https://open.dingtalk.com/document/orgapp/server-api-error-codes-1

/** The app, its secret or its rights: every message would be refused. */
const ACCOUNT_CODES = ["22", "40001", "40056", "40078", "40089", "40096", "60011", "60020"];

/** The host has replaced the token once already, so nothing was sent: worth another try with the next token. */
const TOKEN_CODES = ["40014", "41001", "42001"];

/** The vendor shuts callers out for a while: a server, a company, an app or one interface. */
const LIMIT_CODES = ["90001", "90002", "90003", "90004", "90005", "90018"];

const REFUSALS = new Map<string, Refusal>([
  ...ACCOUNT_CODES.map((code) => [code, { status: "config" }] as const),
  ...TOKEN_CODES.map((code) => [code, { status: "transient" }] as const),
  ...LIMIT_CODES.map((code) => [code, { status: "throttled", retryAfterMs: 5000 }] as const),
  // The vendor is busy and asks to be called again.
  ["-1", { status: "transient", retryAfterMs: 2000 }],
  // A service behind the interface did not answer it.
  ["15", { status: "unknown" }],
]);

/** What a code means; one that is not known refuses this call. */
export function readRefusal(code: string): Refusal {
  return REFUSALS.get(code) ?? { status: "rejected" };
}

/** The codes that are told apart from a mere refusal. */
export const JUDGED_CODES: readonly string[] = [...REFUSALS.keys()];
