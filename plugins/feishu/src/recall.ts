import {
  type FollowUpInput,
  type PlannedRequest,
  type PlannedResponse,
  type RecallOutput,
  type RecallResult,
  reasonOf,
  toRecall,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/** Takes back by the message's id: https://open.feishu.cn/document/server-docs/im-v1/message/delete */
export function recall({ messages, settings }: FollowUpInput): RecallOutput {
  const requests: PlannedRequest[] = [];
  const recalls: RecallResult[] = [];
  for (const { ref, vendorId } of messages) {
    if (vendorId === undefined) recalls.push({ ref, status: "failed", code: "no_message_id" });
    else {
      const path = `im/v1/messages/${encodeURIComponent(vendorId)}`;
      requests.push({ id: ref, refs: [ref], ...call(settings, "DELETE", path) });
    }
  }
  return { requests, recalls };
}

export function settleRecall(responses: PlannedResponse[]): RecallResult[] {
  return responses.flatMap((response) => {
    const said = readRecall(response);
    return response.refs.map((ref) => ({ ref, ...said }));
  });
}

const ALREADY_RECALLED = "230011";
const TOO_LATE = "230009";

function readRecall(response: PlannedResponse): Omit<RecallResult, "ref"> {
  const outcome = readOutcome(response);
  if (outcome.code === ALREADY_RECALLED) return { status: "recalled" };
  if (outcome.code === TOO_LATE) return { status: "too_late", ...reasonOf(outcome) };
  return toRecall(outcome);
}
