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

const THROTTLE_MS = 1000;

/** Reads whether the vendor took the call. If it did, each number still has a word of its own. */
export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) return readUnanswered(response);
  const answer = readAnswer(response.body);
  const error = answer && isRecord(answer.Error) ? answer.Error : undefined;
  // The service is not idempotent and says nothing about calls that end in a server error.
  if (response.status >= 500) {
    return { status: "unknown", code: readText(error?.Code, 64) || `http_${response.status}` };
  }
  if (error) return readError(error);
  return answer && response.status < 300
    ? { status: "accepted" }
    : readBareStatus(response.status, THROTTLE_MS);
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
