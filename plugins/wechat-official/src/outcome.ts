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
  // Nothing is said about calls that end in a server error, and a repeat is a second message.
  if (response.status >= 500) return { status: "unknown", code: `http_${response.status}` };
  if (!answer) return readBareStatus(response.status);
  if (answer.code === 0) return { status: "accepted" };
  return { ...readRefusal(answer.code), code: String(answer.code), ...detailOf(answer) };
}

export interface Answer {
  code: number;
  message: string;
  fields: Record<string, unknown>;
}

/** Reads the vendor's answer: `{errcode, errmsg}` and what belongs to the call. */
export function readAnswer(body: string): Answer | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !Number.isSafeInteger(fields.errcode)) return undefined;
  const message = typeof fields.errmsg === "string" ? clip(fields.errmsg, 500) : "";
  return { code: Number(fields.errcode), message, fields };
}

function detailOf({ message }: Answer): { detail?: string } {
  return message ? { detail: message } : {};
}

// An answer that is not the vendor's comes from something in between: a proxy, a wrong endpoint.
function readBareStatus(status: number): Outcome {
  const code = `http_${status}`;
  if (status === 429) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  if (status < 300) return { status: "unknown", code: "unreadable_answer" };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code };
}
