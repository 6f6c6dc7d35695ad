import {
  isRecord,
  type PlannedResponse,
  parseJson,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { pushCall } from "./calls.ts";
import { readOutcome } from "./outcome.ts";
import { writePush } from "./push.ts";

/** Belongs to nobody, so that this could reach nobody even if it were sent. */
const NOBODY = "tidings_verify";

/** Has a push checked and not sent: it proves the keys, the address of this server and the options at once. */
export function verify({ settings }: VerifyInput): VerifyOutput {
  const { platform, notification, options } = writePush({ text: "Tidings" }, {}, settings);
  const audience = { alias: [NOBODY] };
  const body = { platform, audience, notification, options };
  return {
    requests: [{ id: "validate", refs: [], ...pushCall(settings, "POST", "/v3/push/validate", body) }],
  };
}

/** Nobody is there to get it, which only says that all else is well. */
const NO_TARGET = "1011";

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.code === NO_TARGET) return { ok: true };
  if (outcome.status === "accepted") {
    const isVendor = "body" in response && isRecord(parseJson(response.body));
    return isVendor ? { ok: true } : { ok: false, code: "unreadable_answer" };
  }
  return { ok: false, ...reasonOf(outcome) };
}
