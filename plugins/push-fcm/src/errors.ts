import type { SendStatus } from "@tidings/sdk/plugin";

/**
 * What the vendor's codes mean: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, and the codes of
 * https://cloud.google.com/apis/design/errors where an answer has none of those.
 */
const STATUSES = new Map<string, SendStatus>([
  ["UNREGISTERED", "rejected"],
  ["SENDER_ID_MISMATCH", "rejected"],
  ["INVALID_ARGUMENT", "rejected"],
  ["QUOTA_EXCEEDED", "throttled"],
  ["RESOURCE_EXHAUSTED", "throttled"],
  // The vendor is too busy to take the message, and asks for another try.
  ["UNAVAILABLE", "transient"],
  ["INTERNAL", "unknown"],
  ["UNSPECIFIED_ERROR", "unknown"],
  ["THIRD_PARTY_AUTH_ERROR", "config"],
  ["UNAUTHENTICATED", "config"],
  ["PERMISSION_DENIED", "config"],
  ["NOT_FOUND", "config"],
]);

export const statusOf = (code: string): SendStatus | undefined => STATUSES.get(code);

/** The codes that are told apart. */
export const JUDGED_CODES: readonly string[] = [...STATUSES.keys()];
