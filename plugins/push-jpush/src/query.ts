import {
  BEIJING_OFFSET_MS,
  type FollowUpInput,
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  parseJson,
  type QueryAnswer,
  type QueryOutput,
  type SentMessage,
  type SettleInput,
  type SettleOutput,
} from "@tidings/sdk/plugin";
import { reportCall } from "./calls.ts";
import { groupByCall, idOf } from "./message-ids.ts";
import { readOutcome } from "./outcome.ts";
import { audienceOf } from "./recipients.ts";

/** What travels with a question: the push it is about, and the devices in the order of its refs. */
type Question = { messageId: string; devices: string[] };

/**
 * Asks whether a push has arrived on each of its devices: one call a push, at most a thousand devices.
 * https://docs.jiguang.cn/jpush/server/push/rest_api_v3_report
 *
 * The vendor answers for registration ids only, and a push whose id was never read cannot be asked about.
 */
export function query({ messages, settings }: FollowUpInput): QueryOutput {
  const obstacle = findObstacle(settings);
  if (obstacle) return { requests: [], answers: messages.map(({ ref }) => unanswered(ref, obstacle)) };
  const unknown = messages.filter((message) => !idOf(message));
  return {
    requests: [...groupByCall(messages)].map(([id, group]) => toRequest(id, group, settings)),
    answers: unknown.map(({ ref }) => unanswered(ref, "no_message_id")),
  };
}

function findObstacle(settings: FollowUpInput["settings"]): string | undefined {
  if (settings.checksDelivery === false) return "delivery_not_checked";
  return audienceOf(settings) === "alias" ? "alias_not_reported" : undefined;
}

const unanswered = (ref: string, code: string): QueryAnswer => ({ ref, status: "unanswered", code });

function toRequest(
  messageId: string,
  group: SentMessage[],
  settings: FollowUpInput["settings"],
): PlannedRequest {
  const sentAt = Math.min(...group.map((message) => message.sentAt));
  const date = new Date(sentAt + BEIJING_OFFSET_MS).toISOString().slice(0, 10);
  const context: Question = { messageId, devices: group.map(({ address }) => address) };
  // The id goes out as a number, and may be one that JavaScript would round.
  const fields = JSON.stringify({ registration_ids: [...new Set(context.devices)], date }).slice(1);
  const call = reportCall(settings, "/v3/status/message", `{"msg_id":${messageId},${fields}`);
  return { id: messageId, refs: group.map(({ ref }) => ref), ...call, context };
}

export function settleQuery({ responses }: SettleInput): SettleOutput {
  return { results: [], answers: responses.flatMap(readResponse) };
}

function readResponse(response: PlannedResponse): QueryAnswer[] {
  const { status, code, detail } = readOutcome(response);
  const devices = status === "accepted" && "body" in response ? parseJson(response.body) : undefined;
  if (!isRecord(devices)) {
    const why = status === "accepted" ? "unreadable_answer" : code;
    return response.refs.map((ref) => ({
      ref,
      status: "unanswered",
      ...(why && { code: why }),
      ...(detail && { detail }),
    }));
  }
  const { messageId = "", devices: asked = [] } = (response.context ?? {}) as Partial<Question>;
  const states = new Map(Object.entries(devices));
  return response.refs.map((ref, index) => readState(ref, messageId, states.get(asked[index] ?? "")));
}

/**
 * One device's word. Not arrived is no last word: a phone may come online, and an iPhone reports only if its app is made
 * for that. Nor is it one that the device was not meant, because the vendor keeps its books by the day.
 */
function readState(ref: string, messageId: string, state: unknown): QueryAnswer {
  switch (isRecord(state) ? state.status : undefined) {
    case 0:
      return { ref, status: "delivered", eventId: `${messageId}:${ref}:delivered` };
    case 1:
      return { ref, status: "accepted" };
    case 2:
      return { ref, status: "undelivered", code: "unknown_device" };
    case 3:
      return unanswered(ref, "not_targeted");
    case 4:
      return unanswered(ref, "status_unavailable");
    default:
      return unanswered(ref, "unreadable_answer");
  }
}
