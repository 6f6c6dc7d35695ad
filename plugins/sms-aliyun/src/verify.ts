import {
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { rpc } from "./calls.ts";
import { readAnswer, readOutcome } from "./outcome.ts";

/** Reads the state of the signature: it costs nothing, and proves the keys and the signature at once. */
export function verify(input: VerifyInput): VerifyOutput {
  const request = rpc(input.settings, "GetSmsSign", { SignName: String(input.settings.signName) });
  return { requests: [{ id: "sign", refs: [], ...request }] };
}

// https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-getsmssign
const SIGN_APPROVED = 1;
const SIGN_STATES = new Map<unknown, string>([
  [0, "sign_in_review"],
  [2, "sign_rejected"],
  [10, "sign_cancelled"],
]);

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return { ok: false, ...reasonOf(outcome) };
  const signState = "body" in response ? readAnswer(response.body)?.fields.SignStatus : undefined;
  if (signState === SIGN_APPROVED) return { ok: true };
  return { ok: false, code: SIGN_STATES.get(signState) ?? "unreadable_answer" };
}
