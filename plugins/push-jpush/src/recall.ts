import {
  type FollowUpInput,
  isRecord,
  type PlannedResponse,
  parseJson,
  type RecallOutput,
  type RecallResult,
  type SentMessage,
  type SettleInput,
  type SettleOutput,
  toRecall,
} from "@tidings/sdk/plugin";
import { pushCall } from "./calls.ts";
import { groupByCall, idOf } from "./message-ids.ts";
import { readOutcome } from "./outcome.ts";

/**
 * Takes pushes back, each as a whole: the vendor cannot take one back from some of its devices. So one message out of a
 * push that went to several is left alone; several messages of one push are never asked for but all together.
 */
export function recall({ messages, settings }: FollowUpInput): RecallOutput {
  const calls = groupByCall(messages);
  const fault = (message: SentMessage) => findFault(message, calls);
  const requests = [...calls]
    .filter(([, [first]]) => first && !fault(first))
    .map(([id, group]) => {
      const refs = group.map(({ ref }) => ref);
      return { id, refs, ...pushCall(settings, "DELETE", `/v3/push/${id}`) };
    });
  const recalls = messages.flatMap((message): RecallResult[] => {
    const code = fault(message);
    return code ? [{ ref: message.ref, status: "failed", code }] : [];
  });
  return { requests, recalls };
}

function findFault(message: SentMessage, calls: Map<string, SentMessage[]>): string | undefined {
  const known = idOf(message);
  if (!known) return "no_message_id";
  return known.isShared && calls.get(known.id)?.length === 1 ? "shared_push" : undefined;
}

export function settleRecall({ responses }: SettleInput): SettleOutput {
  const recalls = responses.flatMap((response) => {
    const said = readResponse(response);
    return response.refs.map((ref) => ({ ref, ...said }));
  });
  return { results: [], recalls };
}

function readResponse(response: PlannedResponse): Omit<RecallResult, "ref"> {
  const outcome = readOutcome(response);
  return outcome.status === "accepted" ? readConfirmation(response) : toRecall(outcome);
}

// The vendor answers 200 only if all is well, with little or nothing in it; a page is not from the vendor.
function readConfirmation(response: PlannedResponse): Omit<RecallResult, "ref"> {
  const body = "body" in response ? response.body.trim() : "";
  if (body === "" || isRecord(parseJson(body))) return { status: "recalled" };
  return { status: "unanswered", code: "unreadable_answer" };
}
