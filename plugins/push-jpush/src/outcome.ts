import {
  clip,
  isRecord,
  type PlannedResponse,
  parseJson,
  readBareStatus,
  readUnanswered,
  type SendResult,
} from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";

/** What became of a call as a whole; the vendor has no word for one of its recipients. */
export type Outcome = Pick<SendResult, "status" | "code" | "detail" | "retryAfterMs">;

const THROTTLE_MS = 10_000;

/** Reads whether the vendor took the call: it answers 200 for that and for nothing else. */
export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) return readUnanswered(response);
  const { status, headers, body } = response;
  const error = readError(body);
  // Not idempotent without an identifier of the vendor's own making: what ends in a server error may have gone out.
  if (status >= 500) return { ...error, status: "unknown", code: error?.code ?? `http_${status}` };
  if (error) return withReset({ ...readRefusal(error.code), ...error }, headers);
  return status < 300 ? { status: "accepted" } : withReset(readBareStatus(status, THROTTLE_MS), headers);
}

/** `{"error":{"code":1011,"message":"…"}}`, whatever was called. */
function readError(body: string): { code: string; detail?: string } | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !isRecord(fields.error)) return undefined;
  const { code, message } = fields.error;
  if (!Number.isInteger(code)) return { code: "unreadable_answer" };
  const detail = typeof message === "string" ? clip(message, 500) : "";
  return { code: String(code), ...(detail && { detail }) };
}

/** The vendor says with every answer how many seconds are left until it counts anew. */
function withReset(outcome: Outcome, headers: Record<string, string>): Outcome {
  const seconds = headers["x-rate-limit-reset"] ?? "";
  if (outcome.status !== "throttled" || !/^\d{1,5}$/.test(seconds)) return outcome;
  return { ...outcome, retryAfterMs: Math.max(Number(seconds), 1) * 1000 };
}
