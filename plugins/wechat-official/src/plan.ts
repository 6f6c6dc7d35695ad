import type {
  OutboundMessage,
  PlanInput,
  PlannedRequest,
  PlanOutput,
  SendResult,
  Settings,
} from "@tidings/sdk/plugin";
import { call } from "@tidings/wechat";
import { type Content, readContent } from "./content.ts";

const OPEN_ID = /^[A-Za-z0-9_-]{10,64}$/;

/** A call for each message: the vendor takes one recipient a call. */
export function plan({ messages, settings }: PlanInput): PlanOutput {
  const requests: PlannedRequest[] = [];
  const results: SendResult[] = [];
  for (const message of messages) {
    const { ref, address } = message;
    const content = readContent(message.content);
    if (!OPEN_ID.test(address)) {
      const detail = "An OpenID has 10 to 64 letters, digits, - or _.";
      results.push({ ref, status: "rejected", code: "invalid_open_id", detail });
    } else if ("code" in content) results.push({ ref, status: "rejected", ...content });
    else requests.push(toRequest(message, content, settings));
  }
  return { requests, results };
}

function toRequest({ ref, address }: OutboundMessage, content: Content, settings: Settings): PlannedRequest {
  if (content.kind === "subscription") {
    const body = { touser: address, ...content.body };
    return { id: ref, refs: [ref], ...call(settings, "cgi-bin/message/subscribe/bizsend", body) };
  }
  // The vendor sends one message for each user and id within ten minutes.
  const body = { touser: address, ...content.body, client_msg_id: ref };
  return { id: ref, refs: [ref], ...call(settings, "cgi-bin/message/template/send", body) };
}
