import type { PlannedResponse, SendResult, SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { readAnswer, readOutcome } from "./outcome.ts";
import type { SendContext } from "./plan.ts";
import { settleQuery } from "./query.ts";
import { settleRecall } from "./recall.ts";
import { readVerification } from "./verify.ts";

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: readVerification(responses) };
  if (op === "query") return { results: [], answers: settleQuery(responses) };
  if (op === "recall") return { results: [], recalls: settleRecall(responses) };
  return { results: responses.flatMap(settleSend) };
}

/** The vendor takes a call as a whole; whom it leaves out, it says when it is asked for the results. */
function settleSend(response: PlannedResponse): SendResult[] {
  const outcome = readOutcome(response);
  const answer = outcome.status === "accepted" && "body" in response ? readAnswer(response.body) : undefined;
  const { isWholeBatch = false } = (response.context ?? {}) as Partial<SendContext>;
  const id = readTaskId(answer?.fields.task_id);
  const isShared = response.refs.length > 1;
  // An id of its own costs the host a row for each message, which one call for all does without.
  const isOwn = !isShared || !isWholeBatch;
  const ids = { ...(isOwn && { vendorId: id }), ...(isShared && { batchVendorId: id }) };
  return response.refs.map((ref) => ({ ref, ...outcome, ...(id && ids) }));
}

function readTaskId(value: unknown): string {
  return Number.isSafeInteger(value) || (typeof value === "string" && /^\d{1,16}$/.test(value))
    ? String(value)
    : "";
}
