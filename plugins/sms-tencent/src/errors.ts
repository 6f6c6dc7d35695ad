import type { SendResult } from "@tidings/sdk/plugin";

/** What a code of the vendor means, for a whole call or for one of its numbers alike. */
export type Refusal = Pick<SendResult, "status" | "retryAfterMs">;

const REJECTED: Refusal = { status: "rejected" };
const CONFIG: Refusal = { status: "config" };
const UNKNOWN: Refusal = { status: "unknown" };
const TRANSIENT: Refusal = { status: "transient" };
const THROTTLED: Refusal = { status: "throttled", retryAfterMs: 1000 };
/** One number had its share for half a minute; the channel is well, and others get theirs. */
const NUMBER_RESTS: Refusal = { status: "transient", retryAfterMs: 30_000 };

// https://cloud.tencent.com/document/api/382/59177
const ACCOUNT_CODES = [
  "FailedOperation.InsufficientBalanceInSmsPackage",
  "FailedOperation.NotEnterpriseCertification",
  "FailedOperation.SignatureIncorrectOrUnapproved",
  "InternalError.RestApiInterfaceNotExist",
  "InternalError.SigFieldMissing",
  "InternalError.SigVerificationFail",
  "InvalidParameter.AppidAndBizId",
  "InvalidParameterValue.SdkAppIdNotExist",
  "InvalidParameterValue.SignNameLengthTooLong",
  "LimitExceeded",
  "LimitExceeded.AppDailyLimit",
  "LimitExceeded.AppGlobalDailyLimit",
  "LimitExceeded.AppMainlandChinaDailyLimit",
  "LimitExceeded.DailyLimit",
  "UnsupportedRegion",
];

const REFUSALS = new Map<string, Refusal>([
  ...ACCOUNT_CODES.map((code) => [code, CONFIG] as const),
  ["AuthFailure.SignatureExpire", TRANSIENT],
  ["InternalError.RequestTimeException", TRANSIENT],
  ["InternalError.JsonParseFail", REJECTED],
  ["LimitExceeded.DeliveryFrequencyLimit", NUMBER_RESTS],
  ["LimitExceeded.PhoneNumberThirtySecondLimit", NUMBER_RESTS],
  // The template's kind is refused to this account, other templates are not.
  ["UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny", REJECTED],
]);

const REFUSALS_BY_PREFIX: [string, Refusal][] = [
  ["RequestLimitExceeded", THROTTLED],
  ["AuthFailure", CONFIG],
  ["UnauthorizedOperation", CONFIG],
  // A fault inside the vendor's system: nobody can tell whether the message had been taken over by then.
  ["InternalError", UNKNOWN],
  ["ResourceUnavailable", UNKNOWN],
  ["ServiceUnavailable", UNKNOWN],
];

/**
 * What a code means. Everything else is about this number, content or template: a wrong one must not stop the channel for
 * all the others.
 */
export function readRefusal(code: string): Refusal {
  return (
    REFUSALS.get(code) ?? REFUSALS_BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? REJECTED
  );
}
