import type { PlannedResponse, SendResult } from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";
import { clip, isRecord, parseJson } from "./text.ts";

const THROTTLE_MS = 1000;

/** What became of one call. */
export type Outcome = Omit<SendResult, "ref">;

const TRANSPORT_OUTCOMES = {
  not_sent: "transient",
  blocked: "config",
  ambiguous: "unknown",
} as const;

export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) {
    const { error, code = error, detail } = response;
    return { status: TRANSPORT_OUTCOMES[error], code: clip(code, 64), detail: clip(detail, 500) };
  }
  const answer = readAnswer(response.body);
  // Nothing is said about calls that end in a server error, and a repeat may be a second message.
  if (response.status >= 500) return { status: "unknown", code: `http_${response.status}` };
  if (!answer) return readBareStatus(response.status);
  if (answer.code === "0") return { status: "accepted" };
  const detail = answer.message ? { detail: answer.message } : {};
  return { ...readRefusal(answer.code), code: answer.code, ...detail };
}

export interface Answer {
  code: string;
  message: string;
  fields: Record<string, unknown>;
}

/** The gateway's own code, which says only that the word stands in `sub_code`. */
const GATEWAY_CODE = 88;

/** Reads the vendor's answer: `{errcode, errmsg}` and what belongs to the call. */
export function readAnswer(body: string): Answer | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !Number.isSafeInteger(fields.errcode)) return undefined;
  const { errcode, errmsg, sub_code: subCode, sub_msg: subMessage } = fields;
  const isGateway = errcode === GATEWAY_CODE && typeof subCode === "string" && subCode !== "";
  const message = isGateway && typeof subMessage === "string" ? subMessage : errmsg;
  return {
    code: isGateway ? clip(subCode, 64) : String(errcode),
    message: typeof message === "string" ? clip(message, 500) : "",
    fields,
  };
}

// An answer that is not the vendor's comes from something in between: a proxy, a wrong endpoint.
function readBareStatus(status: number): Outcome {
  const code = `http_${status}`;
  if (status === 429) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  if (status < 300) return { status: "unknown", code: "unreadable_answer" };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code };
}
