import type { PlannedResponse, SendResult } from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";
import { clip, isRecord, parseJson, readText } from "./text.ts";

const THROTTLE_MS = 1000;

/** What became of a call as a whole, or of one of its numbers. */
export type Outcome = Omit<SendResult, "ref">;

const TRANSPORT_OUTCOMES = {
  not_sent: "transient",
  blocked: "config",
  ambiguous: "unknown",
} as const;

/** Reads whether the vendor took the call. If it did, each number still has a word of its own. */
export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) {
    return {
      status: TRANSPORT_OUTCOMES[response.error],
      code: response.error,
      detail: clip(response.detail, 500),
    };
  }
  const answer = readAnswer(response.body);
  const error = answer && isRecord(answer.Error) ? answer.Error : undefined;
  // The service is not idempotent and says nothing about calls that end in a server error.
  if (response.status >= 500) {
    return { status: "unknown", code: readText(error?.Code, 64) || `http_${response.status}` };
  }
  if (error) return readError(error);
  return answer && response.status < 300 ? { status: "accepted" } : readBareStatus(response.status);
}

/** Reads `{Code, Message}`, as the vendor writes it for a call and for a number. */
export function readError({ Code, Message }: Record<string, unknown>): Outcome {
  const code = readText(Code, 64);
  if (!code) return { status: "unknown", code: "unreadable_answer" };
  const detail = readText(Message, 500);
  return { ...readRefusal(code), code, ...(detail && { detail }) };
}

/** The vendor's answer: everything is inside `Response`, refusals included, with HTTP status 200. */
export function readAnswer(body: string): Record<string, unknown> | undefined {
  const fields = parseJson(body);
  return isRecord(fields) && isRecord(fields.Response) ? fields.Response : undefined;
}

// An answer that is not the vendor's comes from something in between: a proxy, a wrong endpoint.
function readBareStatus(status: number): Outcome {
  const code = `http_${status}`;
  if (status === 429) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  if (status < 300) return { status: "unknown", code: "unreadable_answer" };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code };
}
