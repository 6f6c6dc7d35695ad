import type { PlannedResponse, SendResult } from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";
import { clip, isRecord, parseJson, readDigits, readText } from "./text.ts";

const THROTTLE_MS = 1000;

/** What became of a call as a whole, or of one of its numbers. */
export type Outcome = Omit<SendResult, "ref">;

const TRANSPORT_OUTCOMES = {
  not_sent: "transient",
  blocked: "config",
  ambiguous: "unknown",
} as const;

/** Reads whether the vendor took the call. If it did, each number of a batch still has a word of its own. */
export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) {
    return {
      status: TRANSPORT_OUTCOMES[response.error],
      code: response.error,
      detail: clip(response.detail, 500),
    };
  }
  const { status, body } = response;
  const fields = parseJson(body);
  const error = isRecord(fields) && isRecord(fields.error) ? fields.error : undefined;
  // The service is not idempotent and says nothing about calls that end in a server error.
  if (status >= 500) return { status: "unknown", code: readDigits(error?.code) || `http_${status}` };
  if (error) return readError(error.code, error.message);
  return status < 300 ? { status: "accepted" } : readBareStatus(status);
}

/** Reads a code and a sentence, as the vendor writes them for a call and for a number. */
export function readError(value: unknown, message: unknown): Outcome {
  const code = readDigits(value);
  if (!code) return { status: "unknown", code: "unreadable_answer" };
  const detail = readText(message, 500);
  return { ...readRefusal(code), code, ...(detail && { detail }) };
}

// An answer that is not the vendor's comes from something in between: a proxy, a wrong endpoint.
function readBareStatus(status: number): Outcome {
  const code = `http_${status}`;
  if (status === 429) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code };
}
