import type {
  FollowUpInput,
  PlannedRequest,
  PlannedResponse,
  RecallOutput,
  RecallResult,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/**
 * Takes back by `msgid`, which stands for all users of a call: https://developer.work.weixin.qq.com/document/path/96460
 * No two messages of ours share a call, so it never reaches further than the recall that was asked for.
 */
export function recall({ messages, settings }: FollowUpInput): RecallOutput {
  const refsById = new Map<string, string[]>();
  const recalls: RecallResult[] = [];
  for (const { ref, vendorId, batchVendorIds = [] } of messages) {
    const msgid = vendorId ?? batchVendorIds[0];
    if (msgid === undefined) recalls.push({ ref, status: "failed", code: "no_msgid" });
    else {
      const refs = refsById.get(msgid) ?? [];
      refs.push(ref);
      refsById.set(msgid, refs);
    }
  }
  const requests = [...refsById].map(
    ([msgid, refs], index): PlannedRequest => ({
      id: String(index + 1),
      refs,
      ...call(settings, "message/recall", { msgid }),
    }),
  );
  return { requests, recalls };
}

export function settleRecall(responses: PlannedResponse[]): RecallResult[] {
  return responses.flatMap((response) => {
    const said = readRecall(response);
    return response.refs.map((ref) => ({ ref, ...said }));
  });
}

function readRecall(response: PlannedResponse): Omit<RecallResult, "ref"> {
  const { status, code, detail } = readOutcome(response);
  if (status === "accepted") return { status: "recalled" };
  // Only the vendor's own word on this message is final; a wrong secret or a pause is not about it.
  return {
    status: status === "rejected" ? "failed" : "unanswered",
    ...(code && { code }),
    ...(detail && { detail }),
  };
}
