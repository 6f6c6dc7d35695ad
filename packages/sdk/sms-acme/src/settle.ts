import type { PlannedResponse, SendResult, SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { clip, parseObject, readText } from "./text.ts";

type Outcome = Omit<SendResult, "ref">;

const TRANSPORT_OUTCOMES = { not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const;

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") {
    const [response] = responses;
    const { status, ...words } = response ? readOutcome(response) : { status: "unknown" };
    return { results: [], verification: status === "accepted" ? { ok: true } : { ok: false, ...words } };
  }
  return {
    results: responses.flatMap((response) => {
      const outcome = readOutcome(response);
      return response.refs.map((ref) => ({ ref, ...outcome }));
    }),
  };
}

function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) {
    const { error, detail, code = error } = response;
    return { status: TRANSPORT_OUTCOMES[error], code: clip(code, 64), detail: clip(detail) };
  }
  const body = parseObject(response.body);
  if (response.status === 200) {
    const vendorId = readText(body?.id);
    // Without an id the answer is not the vendor's: a proxy's page says nothing about the message.
    return vendorId ? { status: "accepted", vendorId } : { status: "unknown", code: "ambiguous" };
  }
  return { ...readRefusal(response), detail: clip(readText(body?.message) ?? response.body) };
}

function readRefusal({ status, headers }: { status: number; headers: Record<string, string> }): Outcome {
  if (status === 401 || status === 403) return { status: "config", code: "unauthorized" };
  if (status === 404) return { status: "rejected", code: "unknown_recipient" };
  if (status === 429)
    return { status: "throttled", code: "too_many_requests", ...readPause(headers["retry-after"]) };
  // The vendor drops no repeats, so what may have been sent is not sent again.
  if (status >= 500) return { status: "unknown", code: "internal_error" };
  return { status: "rejected", code: `http_${status}` };
}

const readPause = (seconds = "") =>
  /^\d{1,5}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1000 } : {};
