import type { SendResult } from "@tidings/sdk/plugin";

/** What a reason of the vendor's means. */
export type Refusal = Pick<SendResult, "status" | "retryAfterMs">;

const MINUTE_MS = 60_000;

/** The channel's settings: every notification would be refused. */
const SETTINGS_REASONS = [
  "BadEnvironmentKeyIdInToken",
  "BadPath",
  "BadTopic",
  "Forbidden",
  "InvalidProviderToken",
  "InvalidPushType",
  "MethodNotAllowed",
  "MissingProviderToken",
  "MissingTopic",
  "TopicDisallowed",
  "UnrelatedKeyIdInToken",
];

/** https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
const REFUSALS = new Map<string, Refusal>([
  ...SETTINGS_REASONS.map((reason): [string, Refusal] => [reason, { status: "config" }]),
  // The host has signed another token once already; the next one may be taken.
  ["ExpiredProviderToken", { status: "transient", retryAfterMs: MINUTE_MS }],
  // A new token every twenty minutes at most: whatever used another has to stop first.
  ["TooManyProviderTokenUpdates", { status: "throttled", retryAfterMs: 20 * MINUTE_MS }],
  // Too many to one device: the others go on.
  ["TooManyRequests", { status: "transient", retryAfterMs: MINUTE_MS }],
  ["IdleTimeout", { status: "transient" }],
  // The vendor takes no message at the moment, and asks for another try.
  ["ServiceUnavailable", { status: "transient", retryAfterMs: MINUTE_MS / 6 }],
  ["Shutdown", { status: "transient", retryAfterMs: MINUTE_MS / 6 }],
  ["InternalServerError", { status: "unknown" }],
]);

/** What a reason means; one that is not known is about this device or this notification. */
export const readRefusal = (reason: string): Refusal | undefined => REFUSALS.get(reason);

/** The reasons that are told apart. */
export const JUDGED_REASONS: readonly string[] = [...REFUSALS.keys()];
