import {
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { readAnswer, readOutcome } from "./outcome.ts";

/**
 * Reads the app's own entry: it proves the company, the secret, the app's id and the trusted address at once.
 * https://developer.work.weixin.qq.com/document/path/90227
 */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return { requests: [{ id: "app", refs: [], ...call(settings, `agent/get?agentid=${settings.agentId}`) }] };
}

const CLOSED = 1;

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return { ok: false, ...reasonOf(outcome) };
  const app = "body" in response ? readAnswer(response.body)?.fields : undefined;
  return app?.close === CLOSED ? { ok: false, code: "app_closed" } : { ok: true };
}
