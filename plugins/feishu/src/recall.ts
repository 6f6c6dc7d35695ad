import type {
  FollowUpInput,
  PlannedRequest,
  PlannedResponse,
  RecallOutput,
  RecallResult,
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
  const { status, code, detail } = readOutcome(response);
  if (status === "accepted" || code === ALREADY_RECALLED) return { status: "recalled" };
  const said = { ...(code && { code }), ...(detail && { detail }) };
  if (code === TOO_LATE) return { status: "too_late", ...said };
  // Only the vendor's own word on this message is final; a wrong secret or a pause is not about it.
  return { status: status === "rejected" ? "failed" : "unanswered", ...said };
}
