import type {
  OutboundMessage,
  PlanInput,
  PlannedRequest,
  PlanOutput,
  SendResult,
  Settings,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { type Content, readContent } from "./content.ts";
import { type Receiver, readReceiver } from "./receiver.ts";

/** The longest `uuid` that the vendor takes. The end of a ref tells refs apart. */
const UUID_MAX_LENGTH = 50;

/** A call for each message: the vendor's batches have neither a `uuid` nor an id for each user. */
export function plan({ messages, settings }: PlanInput): PlanOutput {
  const requests: PlannedRequest[] = [];
  const results: SendResult[] = [];
  for (const message of messages) {
    const { ref } = message;
    const receiver = readReceiver(message.address);
    const content = readContent(message.content);
    if (!receiver) {
      const detail = "An address is an open id (ou_…), a union id (on_…), a user id or an email address.";
      results.push({ ref, status: "rejected", code: "invalid_user_id", detail });
    } else if ("code" in content) results.push({ ref, status: "rejected", ...content });
    else requests.push(toRequest(message, receiver, content, settings));
  }
  return { requests, results };
}

function toRequest(
  { ref }: OutboundMessage,
  { type, id }: Receiver,
  content: Content,
  settings: Settings,
): PlannedRequest {
  const body = { receive_id: id, ...content, uuid: ref.slice(-UUID_MAX_LENGTH) };
  const path = `im/v1/messages?receive_id_type=${type}`;
  return { id: ref, refs: [ref], ...call(settings, "POST", path, body), idempotencyKey: ref };
}
