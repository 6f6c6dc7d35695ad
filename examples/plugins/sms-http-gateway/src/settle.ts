import type { PlannedResponse, SendResult, SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { settleQuery } from "./query.ts";
import { clip, isObject, parseObject, readText } from "./text.ts";

type Outcome = Omit<SendResult, "ref">;

const TRANSPORT_OUTCOMES = { not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const;
/** The gateway's words on one message of a call. */
const REFUSALS: Record<string, SendResult["status"]> = {
  invalid_number: "rejected",
  blocked_number: "rejected",
  content_refused: "rejected",
  too_frequent: "rejected",
  insufficient_balance: "config",
};

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: readVerification(responses[0]) };
  if (op === "query") return settleQuery(responses);
  return { results: responses.flatMap(readResults) };
}

function readVerification(response: PlannedResponse | undefined) {
  const { status, code, detail } = response ? readCall(response) : { status: "unknown", code: "ambiguous" };
  return status === "accepted"
    ? { ok: true }
    : { ok: false, ...(code && { code }), ...(detail && { detail }) };
}

function readResults(response: PlannedResponse): SendResult[] {
  const call = readCall(response);
  const told = call.status === "accepted" ? readTold(response) : new Map<string, Outcome>();
  return response.refs.map((ref) => ({
    ref,
    ...(call.status === "accepted" ? (told.get(ref) ?? LEFT_OUT) : call),
  }));
}

/** The call went well, and yet nothing is said about a message. */
const LEFT_OUT: Outcome = { status: "unknown", code: "ambiguous" };

function readTold(response: PlannedResponse): Map<string, Outcome> {
  const list = "body" in response ? parseObject(response.body)?.results : undefined;
  const told = new Map<string, Outcome>();
  for (const entry of Array.isArray(list) ? list : []) {
    const ref = isObject(entry) ? readText(entry.ref) : undefined;
    if (ref !== undefined) told.set(ref, readOne(entry));
  }
  return told;
}

function readOne(entry: Record<string, unknown>): Outcome {
  const vendorId = readText(entry.id);
  if (vendorId) return { status: "accepted", vendorId };
  const code = readText(entry.code);
  if (!code) return LEFT_OUT;
  const detail = readText(entry.message);
  return {
    status: REFUSALS[code] ?? "rejected",
    code: clip(code, 64),
    ...(detail && { detail: clip(detail) }),
  };
}

/** What became of the call as a whole; accepted if the gateway dealt with it. */
function readCall(response: PlannedResponse): Outcome {
  if ("error" in response) {
    const { error, detail, code = error } = response;
    return { status: TRANSPORT_OUTCOMES[error], code: clip(code, 64), detail: clip(detail) };
  }
  const { status, headers, body } = response;
  // A page of a proxy says nothing about the messages.
  if (status === 200) return parseObject(body) ? { status: "accepted" } : LEFT_OUT;
  return { ...readRefusal(status, headers), detail: clip(readText(parseObject(body)?.message) ?? body) };
}

function readRefusal(status: number, headers: Record<string, string>): Outcome {
  if (status === 401 || status === 403) return { status: "config", code: "unauthorized" };
  if (status === 402) return { status: "config", code: "insufficient_balance" };
  if (status === 429)
    return { status: "throttled", code: "too_many_requests", ...readPause(headers["retry-after"]) };
  // The gateway drops no repeats, so what may have been sent is not sent again blindly.
  if (status >= 500) return { status: "unknown", code: "internal_error" };
  return { status: "rejected", code: `http_${status}` };
}

const readPause = (seconds = "") =>
  /^\d{1,5}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1000 } : {};
