/** What the vendor answers: https://firebase.google.com/docs/cloud-messaging/error-codes */
export interface VendorAnswer {
  status: 200 | 400 | 401 | 403 | 404 | 429 | 500 | 503;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}

const FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";

/** The status of the answer and the general code that go with a code of the vendor's own. */
const REFUSALS = {
  INVALID_ARGUMENT: [400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"],
  UNREGISTERED: [404, "NOT_FOUND", "Requested entity was not found."],
  SENDER_ID_MISMATCH: [403, "PERMISSION_DENIED", "SenderId mismatch"],
  THIRD_PARTY_AUTH_ERROR: [401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service"],
  QUOTA_EXCEEDED: [429, "RESOURCE_EXHAUSTED", "Quota exceeded for message sends"],
  UNAVAILABLE: [503, "UNAVAILABLE", "The service is currently unavailable."],
} as const;

export type OwnCode = keyof typeof REFUSALS;

export const answer = (body: VendorAnswer["body"]): VendorAnswer => ({ status: 200, body });

/** A refusal with a code of the vendor's own. */
export function refuse(errorCode: OwnCode, message?: string, retryAfterSeconds?: number): VendorAnswer {
  const [code, status, sentence] = REFUSALS[errorCode];
  const details = [{ "@type": FCM_ERROR, errorCode }];
  return {
    status: code,
    body: { error: { code, message: message ?? sentence, status, details } },
    ...(retryAfterSeconds !== undefined && { headers: { "retry-after": String(retryAfterSeconds) } }),
  };
}

/** A refusal of the request before anybody looks for a device. */
export function refuseField(field: string, description: string): VendorAnswer {
  const details = [{ "@type": BAD_REQUEST, fieldViolations: [{ field, description }] }];
  const error = { code: 400, message: description, status: "INVALID_ARGUMENT", details };
  return { status: 400, body: { error } };
}

/** A refusal by what stands in front of the vendor. */
export function refuseCaller(code: 401 | 403 | 404, status: string, message: string): VendorAnswer {
  return { status: code, body: { error: { code, message, status } } };
}
