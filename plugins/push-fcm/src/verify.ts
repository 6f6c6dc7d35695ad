import {
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { sendCall } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/** A topic that no app subscribes to, so that this could reach nobody even if it were sent. */
const TOPIC = "tidings_verify";

/** Has a message checked and not sent: it proves the account, its rights and the project at once. */
export function verify({ settings }: VerifyInput): VerifyOutput {
  const body = { validate_only: true, message: { topic: TOPIC, notification: { body: "Tidings" } } };
  return { requests: [{ id: "validate", refs: [], ...sendCall(settings, body) }] };
}

export function readVerification([response]: PlannedResponse[], now: number): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response, now);
  if (outcome.status === "accepted") return { ok: true };
  return { ok: false, ...reasonOf(outcome) };
}
