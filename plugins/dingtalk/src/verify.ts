import {
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/**
 * Reads what the app may see of the directory: it proves the keys and the allowed address at once. The vendor has no
 * call that proves the agent id and sends nothing.
 */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return { requests: [{ id: "scopes", refs: [], ...call(settings, "auth/scopes") }] };
}

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status === "accepted") return { ok: true };
  return { ok: false, ...reasonOf(outcome) };
}
