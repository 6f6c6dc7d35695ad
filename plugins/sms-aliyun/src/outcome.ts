import {
  clip,
  isRecord,
  type Outcome,
  type PlannedResponse,
  parseJson,
  readBareStatus,
  readUnanswered,
} from "@tidings/sdk/plugin";
import { type Refusal, readRefusal } from "./errors.ts";

const THROTTLE_MS = 1000;

/** What became of one call, for each of its messages alike. */
export type SmsOutcome = Outcome & Pick<Refusal, "fault">;

export function readOutcome(response: PlannedResponse): SmsOutcome {
  if ("error" in response) return readUnanswered(response);
  const answer = readAnswer(response.body);
  // The service is not idempotent and says nothing about calls that end in a server error.
  if (response.status >= 500) {
    return { status: "unknown", code: answer?.code ?? `http_${response.status}`, ...detailOf(answer) };
  }
  if (!answer) return readBareStatus(response.status, THROTTLE_MS);
  if (answer.code === "OK")
    return { status: "accepted", ...(answer.bizId && { batchVendorId: answer.bizId }) };
  const refusal = readRefusal(answer.code, response.status);
  return {
    ...refusal,
    code: answer.code,
    ...detailOf(answer),
    ...(refusal.status === "throttled" && { retryAfterMs: THROTTLE_MS }),
  };
}

export interface Answer {
  code: string;
  message: string;
  bizId: string;
  fields: Record<string, unknown>;
}

/** Reads the vendor's answer: `{Code, Message, RequestId, BizId}`, the same shape from service and gateway. */
export function readAnswer(body: string): Answer | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || typeof fields.Code !== "string" || fields.Code === "") return undefined;
  return {
    code: clip(fields.Code, 64),
    message: typeof fields.Message === "string" ? clip(fields.Message, 500) : "",
    bizId: typeof fields.BizId === "string" ? clip(fields.BizId, 128) : "",
    fields,
  };
}

function detailOf(answer: Answer | undefined): { detail?: string } {
  return answer?.message ? { detail: answer.message } : {};
}
