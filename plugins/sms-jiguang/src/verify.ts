import {
  isRecord,
  type PlannedResponse,
  parseJson,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { apiCall } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/** Reads how many messages the app has left: it costs nothing, and proves the keys and the address of this server. */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return { requests: [{ id: "balance", refs: [], ...apiCall(settings, "/v1/accounts/app") }] };
}

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return { ok: false, ...reasonOf(outcome) };
  const balance = "body" in response ? parseJson(response.body) : undefined;
  // The balance is null where none was set aside for the app, and the account's is used.
  return isRecord(balance) && "app_balance" in balance
    ? { ok: true }
    : { ok: false, code: "unreadable_answer" };
}
