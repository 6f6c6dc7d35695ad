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
const LONGEST_THROTTLE_MS = 10 * 60_000;

export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) return readUnanswered(response);
  const answer = readAnswer(response.body);
  // Nothing is said about calls that end in a server error.
  if (response.status >= 500) return { status: "unknown", code: `http_${response.status}` };
  if (!answer) return readBareStatus(response.status, readPause(response.headers));
  if (answer.code === 0) return { status: "accepted" };
  const refusal = readRefusal(answer.code);
  return {
    ...refusal,
    ...(refusal.status === "throttled" && { retryAfterMs: readPause(response.headers) }),
    code: String(answer.code),
    ...(answer.message && { detail: answer.message }),
  };
}

export interface Answer {
  code: number;
  message: string;
  fields: Record<string, unknown>;
}

/** Reads the vendor's answer: `{code, msg}` and what belongs to the call, mostly in `data`. */
export function readAnswer(body: string): Answer | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !Number.isSafeInteger(fields.code)) return undefined;
  return { code: Number(fields.code), message: readText(fields.msg, 500), fields };
}

/** https://open.feishu.cn/document/server-docs/api-call-guide/frequency-control */
function readPause(headers: Record<string, string>): number {
  const seconds = Number(headers["x-ogw-ratelimit-reset"]);
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_THROTTLE_MS) : THROTTLE_MS;
}
