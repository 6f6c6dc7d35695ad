import type { SendStatus } from "@tidings/sdk/plugin";

/** What a code of the vendor means for the messages of the call. */
export interface Refusal {
  status: SendStatus;
  /** Whose fault a refusal is, where one message of many may have caused it. */
  fault?: "number" | "content";
}

// https://help.aliyun.com/zh/sms/developer-reference/api-error-codes
const NUMBER_CODES = ["isv.MOBILE_NUMBER_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL"];

const CONTENT_CODES = [
  "isv.BLACK_KEY_CONTROL_LIMIT",
  "isv.INVALID_JSON_PARAM",
  "isv.INVALID_PARAMETERS",
  "isv.PARAM_LENGTH_LIMIT",
  "isv.PARAM_NOT_SUPPORT_URL",
  "isv.SMS_CONTENT_ILLEGAL",
  "isv.TEMPLATE_MISSING_PARAMETERS",
  "isv.TEMPLATE_PARAMS_ILLEGAL",
];

// A template is content, not a setting: a wrong one must not stop the channel for all the others.
const TEMPLATE_CODES = [
  "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
  "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
  "isv.SMS_TEMPLATE_ILLEGAL",
];

const ACCOUNT_CODES = [
  "isp.RAM_PERMISSION_DENY",
  "isv.ACCOUNT_ABNORMAL",
  "isv.ACCOUNT_NOT_EXISTS",
  "isv.AMOUNT_NOT_ENOUGH",
  "isv.DAY_LIMIT_CONTROL",
  "isv.DENY_IP_RANGE",
  "isv.EXTEND_CODE_ERROR",
  "isv.MONTH_LIMIT_CONTROL",
  "isv.OUT_OF_SERVICE",
  "isv.PRODUCT_UNSUBSCRIBE",
  "isv.PRODUCT_UN_SUBSCRIPT",
  "isv.SIGN_STATE_ILLEGAL",
  "isv.SMS_SIGNATURE_ILLEGAL",
  "isv.SMS_SIGN_ILLEGAL",
  "IncompleteSignature",
  "InvalidAccessKeyId.Inactive",
  "InvalidAccessKeyId.NotFound",
  "NoPermission",
  "SignatureDoesNotMatch",
];

const REFUSALS = new Map<string, Refusal>([
  ...NUMBER_CODES.map((code) => [code, { status: "rejected", fault: "number" }] as const),
  ...CONTENT_CODES.map((code) => [code, { status: "rejected", fault: "content" }] as const),
  ...TEMPLATE_CODES.map((code) => [code, { status: "rejected" }] as const),
  ...ACCOUNT_CODES.map((code) => [code, { status: "config" }] as const),
  // A nonce counts as used once the gateway let a request with it through, so a copy may have been sent.
  ["SignatureNonceUsed", { status: "unknown" }],
  ["InvalidTimeStamp.Expired", { status: "transient" }],
]);

const REFUSALS_BY_PREFIX: [string, Refusal][] = [
  ["Throttling", { status: "throttled" }],
  ["Forbidden", { status: "config" }],
  // A fault inside the vendor's system: nobody can tell whether the message had been taken over by then.
  ["isp.", { status: "unknown" }],
];

/** What a code means; one that is not known refuses this call, or with 401 and 403 the account. */
export function readRefusal(code: string, httpStatus: number): Refusal {
  const known = REFUSALS.get(code) ?? REFUSALS_BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1];
  return known ?? { status: httpStatus === 401 || httpStatus === 403 ? "config" : "rejected" };
}
