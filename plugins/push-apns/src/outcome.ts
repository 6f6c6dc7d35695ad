import {
  clip,
  isRecord,
  type Outcome,
  type PlannedResponse,
  parseJson,
  readRetryAfter,
  readUnanswered,
} from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";

const THROTTLE_MS = 10_000;

export function readOutcome(response: PlannedResponse, now: number): Outcome {
  if ("error" in response) return readUnanswered(response);
  const { status, headers, body } = response;
  if (status === 200) return readAcceptance(headers);
  const outcome = readReason(status, body) ?? readBareStatus(status);
  if (outcome.status !== "throttled" && outcome.status !== "transient") return outcome;
  const retryAfterMs = readRetryAfter(headers["retry-after"], now) ?? outcome.retryAfterMs;
  return { ...outcome, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

const UUID = /^[0-9A-Fa-f-]{36}$/;

/** The answer is empty; the vendor's id, which is ours given back, tells it from that of something in between. */
function readAcceptance({ "apns-id": id = "" }: Record<string, string>): Outcome {
  if (!UUID.test(id)) return { status: "unknown", code: "unreadable_answer" };
  return { status: "accepted", vendorId: id };
}

/** `{"reason":"Unregistered","timestamp":1735787045000}` */
function readReason(status: number, body: string): Outcome | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || typeof fields.reason !== "string" || fields.reason === "") return undefined;
  const code = clip(fields.reason, 64);
  const refusal = readRefusal(code) ?? { status: status >= 500 ? "unknown" : "rejected" };
  const since = readTime(fields.timestamp);
  return { ...refusal, code, ...(since && { detail: `Since ${since}.` }) };
}

/** When the vendor learnt that there is nobody behind a token. */
function readTime(value: unknown): string | undefined {
  const isTime = typeof value === "number" && value > 0 && value < 8.64e15;
  return isTime ? new Date(value).toISOString() : undefined;
}

// An answer that is not the vendor's comes from something in between: a proxy, a wrong endpoint.
function readBareStatus(status: number): Outcome {
  const code = `http_${status}`;
  if (status >= 500) return { status: "unknown", code };
  if (status === 429) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  if ([401, 403, 404].includes(status) || status < 400) return { status: "config", code };
  return { status: "transient", code, retryAfterMs: THROTTLE_MS };
}
