import {
  clip,
  isRecord,
  type Outcome,
  type PlannedResponse,
  parseJson,
  readRetryAfter,
  readUnanswered,
  type SendStatus,
} from "@tidings/sdk/plugin";
import { statusOf } from "./errors.ts";

/** The vendor's advice where it names no time. */
const THROTTLE_MS = 60_000;
const BUSY_MS = 10_000;

export function readOutcome(response: PlannedResponse, now: number): Outcome {
  if ("error" in response) return readUnanswered(response);
  const { status, headers, body } = response;
  if (status < 300) return readAcceptance(body);
  const refusal = readRefusal(body);
  const outcome: Outcome = {
    ...(refusal ?? { code: `http_${status}` }),
    status: (refusal && judge(refusal)) ?? judgeStatus(status),
  };
  if (outcome.status !== "throttled" && outcome.status !== "transient") return outcome;
  const fallback = outcome.status === "throttled" ? THROTTLE_MS : BUSY_MS;
  return { ...outcome, retryAfterMs: readRetryAfter(headers["retry-after"], now) ?? fallback };
}

const NAME = /^projects\/[^/]{1,64}\/messages\/(.{1,200})$/;

function readAcceptance(body: string): Outcome {
  const fields = parseJson(body);
  const name = isRecord(fields) && typeof fields.name === "string" ? NAME.exec(fields.name)?.[1] : undefined;
  if (!name) return { status: "unknown", code: "unreadable_answer" };
  return { status: "accepted", vendorId: clip(name, 200) };
}

interface Refusal {
  code: string;
  detail?: string;
}

/** `{"error":{"status":"…","message":"…","details":[{"errorCode":"…"}]}}`; the code in the details says more. */
function readRefusal(body: string): Refusal | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !isRecord(fields.error)) return undefined;
  const { status, message, details } = fields.error;
  const own = Array.isArray(details)
    ? details
        .map((one) => (isRecord(one) ? one.errorCode : undefined))
        .find((code) => typeof code === "string")
    : undefined;
  const code = own ?? status;
  if (typeof code !== "string" || code === "") return undefined;
  const detail = typeof message === "string" ? clip(message, 500) : "";
  return { code: clip(code, 64), ...(detail && { detail }) };
}

/** One device may have been sent too much; the others can go on. */
const isAboutDevice = ({ code, detail = "" }: Refusal) => code === "QUOTA_EXCEEDED" && /device/i.test(detail);

function judge(refusal: Refusal): SendStatus | undefined {
  return isAboutDevice(refusal) ? "transient" : statusOf(refusal.code);
}

// A status without a code that is known: from the vendor's front, a proxy, a wrong endpoint.
function judgeStatus(status: number): SendStatus {
  if (status >= 500) return "unknown";
  if (status === 429) return "throttled";
  if ([401, 403, 404].includes(status) || status < 400) return "config";
  return "rejected";
}
