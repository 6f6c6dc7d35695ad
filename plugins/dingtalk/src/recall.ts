import {
  type FollowUpInput,
  type PlannedRequest,
  type PlannedResponse,
  type RecallOutput,
  type RecallResult,
  type SentMessage,
  toRecall,
} from "@tidings/sdk/plugin";
import { call, notificationPath } from "./calls.ts";
import { readOutcome } from "./outcome.ts";
import { groupByTask, mayReachOthers } from "./tasks.ts";

/**
 * Takes back by task, which stands for all users of a call:
 * https://open.dingtalk.com/document/orgapp/notification-of-work-withdrawal
 * All of a call is of one message of ours. So somebody's alone, out of a call that went to several, is left; several of
 * a call are never asked for but all together.
 */
export function recall({ messages, settings }: FollowUpInput): RecallOutput {
  const { tasks, leftOver } = groupByTask(messages);
  const requests = tasks
    .filter((task) => !mayReachOthers(task))
    .map(
      ({ id, messages: some }, index): PlannedRequest => ({
        id: String(index + 1),
        refs: some.map(({ ref }) => ref),
        ...call(settings, notificationPath("recall"), {
          agent_id: settings.agentId,
          msg_task_id: Number(id),
        }),
      }),
    );
  const shared = tasks.filter(mayReachOthers).flatMap((task) => task.messages);
  return { requests, recalls: [...fail(leftOver, "no_task_id"), ...fail(shared, "shared_call")] };
}

const fail = (messages: SentMessage[], code: string): RecallResult[] =>
  messages.map(({ ref }) => ({ ref, status: "failed", code }));

export function settleRecall(responses: PlannedResponse[]): RecallResult[] {
  return responses.flatMap((response) => {
    const said = toRecall(readOutcome(response));
    return response.refs.map((ref) => ({ ref, ...said }));
  });
}
