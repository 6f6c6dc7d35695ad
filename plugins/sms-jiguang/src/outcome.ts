import {
  isRecord,
  type Outcome,
  type PlannedResponse,
  parseJson,
  readBareStatus,
  readText,
  readUnanswered,
} from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";
import { readDigits } from "./text.ts";

const THROTTLE_MS = 1000;

/** Reads whether the vendor took the call. If it did, each number of a batch still has a word of its own. */
export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) return readUnanswered(response);
  const { status, body } = response;
  const fields = parseJson(body);
  const error = isRecord(fields) && isRecord(fields.error) ? fields.error : undefined;
  // The service is not idempotent and says nothing about calls that end in a server error.
  if (status >= 500) return { status: "unknown", code: readDigits(error?.code) || `http_${status}` };
  if (error) return readError(error.code, error.message);
  return status < 300 ? { status: "accepted" } : readBareStatus(status, THROTTLE_MS);
}

/** Reads a code and a sentence, as the vendor writes them for a call and for a number. */
export function readError(value: unknown, message: unknown): Outcome {
  const code = readDigits(value);
  if (!code) return { status: "unknown", code: "unreadable_answer" };
  const detail = readText(message, 500);
  return { ...readRefusal(code), code, ...(detail && { detail }) };
}
