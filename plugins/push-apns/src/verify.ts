import type { PlannedResponse, Verification, VerifyInput, VerifyOutput } from "@tidings/sdk/plugin";
import { pushCall } from "./calls.ts";
import { notificationId } from "./notification-id.ts";
import { readOutcome } from "./outcome.ts";

/** A token that no device has. */
const NOBODY = "0".repeat(64);

/** Pushes to nobody: the vendor knows the account before it looks for the device. */
export function verify({ settings, seed }: VerifyInput): VerifyOutput {
  const headers = {
    "apns-id": notificationId(seed),
    "apns-push-type": "background",
    "apns-priority": "5",
    "apns-expiration": "0",
  };
  const body = JSON.stringify({ aps: { "content-available": 1 } });
  return { requests: [{ id: "nobody", refs: [], ...pushCall(settings, NOBODY, headers, body) }] };
}

/** Nobody is there, which says that all else is well. */
const NOBODY_THERE = ["BadDeviceToken", "Unregistered"];

export function readVerification([response]: PlannedResponse[], now: number): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const { code = "unreadable_answer", detail } = readOutcome(response, now);
  if (NOBODY_THERE.includes(code)) return { ok: true };
  return { ok: false, code, ...(detail && { detail }) };
}
