import type { PlannedResponse, SendResult, SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { clip, parseObject } from "./text.ts";

type Outcome = Omit<SendResult, "ref">;

const TRANSPORT_OUTCOMES = { not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const;
/** What robots put into an answer with status 200: 0 for well, anything else for a refusal. */
const CODE_NAMES = ["code", "errcode", "StatusCode"];

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: { ok: false, code: "not_verifiable" } };
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
  const { status, headers, body } = response;
  if (status === 200) return readAnswer(body);
  if (status === 429)
    return { status: "throttled", code: "too_many_requests", ...readPause(headers["retry-after"]) };
  // The robot drops no repeats, so what may have been said is not said again.
  if (status >= 500) return { status: "unknown", code: "internal_error" };
  // A robot that is gone, or a token that is wrong: nothing in a message could mend that.
  if ([401, 403, 404, 410].includes(status))
    return { status: "config", code: "robot_refuses", detail: clip(body) };
  return { status: "rejected", code: "content_refused", detail: clip(body) };
}

function readAnswer(body: string): Outcome {
  const answer = parseObject(body);
  const name = CODE_NAMES.find((one) => typeof answer?.[one] === "number");
  if (!answer || !name) return { status: "unknown", code: "ambiguous" };
  return answer[name] === 0
    ? { status: "accepted" }
    : { status: "rejected", code: "content_refused", detail: clip(body) };
}

const readPause = (seconds = "") =>
  /^\d{1,5}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1000 } : {};
