import type { PlannedResponse, SendResult } from "@tidings/sdk/plugin";
import { type Refusal, readRefusal } from "./errors.ts";
import { clip, isRecord, parseJson } from "./text.ts";

const THROTTLE_MS = 1000;

/** What became of one call, for each of its messages alike. */
export type Outcome = Omit<SendResult, "ref"> & Pick<Refusal, "fault">;

const TRANSPORT_OUTCOMES = {
  not_sent: "transient",
  blocked: "config",
  ambiguous: "unknown",
} as const;

export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) {
    return {
      status: TRANSPORT_OUTCOMES[response.error],
      code: response.error,
      detail: clip(response.detail, 500),
    };
  }
  const answer = readAnswer(response.body);
  // The service is not idempotent and says nothing about calls that end in a server error.
  if (response.status >= 500) {
    return { status: "unknown", code: answer?.code ?? `http_${response.status}`, ...detailOf(answer) };
  }
  if (!answer) return readBareStatus(response.status);
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

// An answer that is not the vendor's comes from something in between: a proxy, a wrong endpoint.
function readBareStatus(status: number): Outcome {
  const code = `http_${status}`;
  if (status === 429) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  if (status < 300) return { status: "unknown", code: "unreadable_answer" };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code };
}
