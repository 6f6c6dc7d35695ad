import type {
  FollowUpInput,
  PlannedRequest,
  PlannedResponse,
  RecallOutput,
  RecallResult,
} from "@tidings/sdk/plugin";
import { call, notificationPath } from "./calls.ts";
import { readOutcome } from "./outcome.ts";
import { groupByTask } from "./tasks.ts";

/**
 * Takes back by task, which stands for all users of a call:
 * https://open.dingtalk.com/document/orgapp/notification-of-work-withdrawal
 * No two messages of ours share a call, so it never reaches further than the recall that was asked for.
 */
export function recall({ messages, settings }: FollowUpInput): RecallOutput {
  const { tasks, leftOver } = groupByTask(messages);
  const requests = tasks.map(
    ({ id, messages: some }, index): PlannedRequest => ({
      id: String(index + 1),
      refs: some.map(({ ref }) => ref),
      ...call(settings, notificationPath("recall"), { agent_id: settings.agentId, msg_task_id: Number(id) }),
    }),
  );
  const recalls = leftOver.map(({ ref }): RecallResult => ({ ref, status: "failed", code: "no_task_id" }));
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
