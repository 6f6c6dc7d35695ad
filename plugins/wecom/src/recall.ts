import {
  type FollowUpInput,
  type PlannedRequest,
  type PlannedResponse,
  type RecallOutput,
  type RecallResult,
  type SentMessage,
  toRecall,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/**
 * Takes back by `msgid`, which stands for all users of a call: https://developer.work.weixin.qq.com/document/path/96460
 * All of a call is of one message of ours. So somebody's alone, out of a call that went to several, is left; several of
 * a call are never asked for but all together.
 */
export function recall({ messages, settings }: FollowUpInput): RecallOutput {
  const refsById = new Map<string, string[]>();
  for (const message of messages) {
    const msgid = msgidOf(message);
    if (msgid !== undefined) refsById.set(msgid, [...(refsById.get(msgid) ?? []), message.ref]);
  }
  const recalls = messages.flatMap((message): RecallResult[] => {
    const code = findFault(message, refsById);
    return code ? [{ ref: message.ref, status: "failed", code }] : [];
  });
  const failed = new Set(recalls.map(({ ref }) => ref));
  const requests = [...refsById]
    .filter(([, refs]) => !refs.every((ref) => failed.has(ref)))
    .map(
      ([msgid, refs], index): PlannedRequest => ({
        id: String(index + 1),
        refs,
        ...call(settings, "message/recall", { msgid }),
      }),
    );
  return { requests, recalls };
}

/** Its own, or the batch's where that was a single call. */
const msgidOf = ({ vendorId, batchVendorIds = [] }: SentMessage): string | undefined =>
  vendorId ?? (batchVendorIds.length === 1 ? batchVendorIds[0] : undefined);

function findFault(message: SentMessage, refsById: ReadonlyMap<string, string[]>): string | undefined {
  const msgid = msgidOf(message);
  if (msgid === undefined) return "no_msgid";
  const isShared = message.batchVendorIds?.includes(msgid) ?? false;
  return isShared && refsById.get(msgid)?.length === 1 ? "shared_call" : undefined;
}

export function settleRecall(responses: PlannedResponse[]): RecallResult[] {
  return responses.flatMap((response) => {
    const said = toRecall(readOutcome(response));
    return response.refs.map((ref) => ({ ref, ...said }));
  });
}
