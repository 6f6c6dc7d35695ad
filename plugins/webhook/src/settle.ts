import {
  type Outcome,
  type PlannedResponse,
  readRetryAfter,
  readUnanswered,
  reasonOf,
  type SendStatus,
  type SettleInput,
  type SettleOutput,
  type Verification,
} from "@tidings/sdk/plugin";
import { settleRecall } from "./recall.ts";
import { quote } from "./text.ts";

/** Statuses with a meaning of their own; the rest goes by its hundred. */
const STATUS_OUTCOMES = new Map<number, SendStatus>([
  [401, "config"],
  [403, "config"],
  [405, "config"],
  [408, "transient"],
  [410, "config"],
  [425, "transient"],
  [429, "throttled"],
  [503, "throttled"],
]);

export function settle(input: SettleInput): SettleOutput {
  if (input.op === "verify") return { results: [], verification: readVerification(input) };
  if (input.op === "recall") return settleRecall(input.responses);
  return {
    results: input.responses.flatMap((response) => {
      const outcome = readOutcome(response, input.now);
      return response.refs.map((ref) => ({ ref, ...outcome }));
    }),
  };
}

function readVerification(input: SettleInput): Verification {
  const [response] = input.responses;
  if (!response) return { ok: false, code: "ambiguous" };
  const outcome = readOutcome(response, input.now);
  return outcome.status === "accepted" ? { ok: true } : { ok: false, ...reasonOf(outcome) };
}

function readOutcome(response: PlannedResponse, now: number): Outcome {
  if ("error" in response) return readUnanswered(response);
  const status = readStatus(response.status);
  if (status === "accepted") return { status };
  const retryAfterMs = readRetryAfter(response.headers["retry-after"], now);
  return {
    status,
    code: `http_${response.status}`,
    ...(response.body && { detail: quote(response.body) }),
    ...((status === "throttled" || status === "transient") && retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function readStatus(status: number): SendStatus {
  const own = STATUS_OUTCOMES.get(status);
  if (own) return own;
  if (status >= 200 && status < 300) return "accepted";
  // Redirects are not followed: the signature is meant for one address only.
  if (status < 400) return "config";
  // A server error may hide a message that arrived; the receiver knows a repeat by its id.
  return status < 500 ? "rejected" : "transient";
}
