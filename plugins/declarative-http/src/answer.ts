import type { Json, Outcome, SendStatus } from "@tidings/sdk/plugin";
import type { AnswerDescription } from "./description.ts";
import { textAt } from "./json.ts";
import { isStatusIn } from "./statuses.ts";
import { clipCode, quote } from "./text.ts";

/** An answer of the vendor's, or the part of it that is about one message. */
export interface Said {
  httpStatus: number;
  json: Json | undefined;
  /** Shown where the answer has no sentence of its own. */
  body: string;
  retryAfterMs: number | undefined;
  /** What cannot be told from it: `transient` where the vendor knows a repeat by its key. */
  unsure: "unknown" | "transient";
}

/** What an answer says, by the words of the description first and by HTTP where it has none. */
export function readOutcome(said: Said, answer: AnswerDescription): Outcome {
  const verdict = judge(said, answer);
  if (verdict === "accepted") return { status: verdict };
  const { httpStatus, json, body, retryAfterMs } = said;
  const detail = textAt(json, answer.detail) ?? body;
  const mayWait = verdict === "throttled" || verdict === "transient";
  return {
    status: verdict,
    code: clipCode(textAt(json, answer.code) ?? "") || `http_${httpStatus}`,
    ...(detail && { detail: quote(detail) }),
    ...(mayWait && retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function judge({ httpStatus, json, unsure }: Said, answer: AnswerDescription): SendStatus {
  const byCode = statusOfCode(textAt(json, answer.code), answer);
  if (!isStatusIn(answer.successStatuses, httpStatus))
    return byCode ?? statusOfHttp(httpStatus, unsure, answer);
  if (answer.successPointer === undefined) return byCode ?? "accepted";
  const value = textAt(json, answer.successPointer);
  if (value === undefined) return unsure;
  return answer.successValues.has(value) ? "accepted" : (byCode ?? "rejected");
}

function statusOfCode(code: string | undefined, answer: AnswerDescription): SendStatus | undefined {
  if (code === undefined) return undefined;
  if (answer.throttledCodes.has(code)) return "throttled";
  if (answer.transientCodes.has(code)) return "transient";
  return answer.configCodes.has(code) ? "config" : undefined;
}

function statusOfHttp(status: number, unsure: Said["unsure"], answer: AnswerDescription): SendStatus {
  if (isStatusIn(answer.throttledStatuses, status)) return "throttled";
  if (isStatusIn(answer.transientStatuses, status)) return "transient";
  // Redirects are not followed: the secret is meant for one address only.
  if (isStatusIn("300-399, 401, 403, 405, 407, 410", status)) return "config";
  return isStatusIn("400-499", status) ? "rejected" : unsure;
}
