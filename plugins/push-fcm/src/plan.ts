import type { OutboundMessage, PlanInput, PlannedRequest, PlanOutput, SendResult } from "@tidings/sdk/plugin";
import { sendCall } from "./calls.ts";
import { readExtras } from "./extras.ts";
import { type Fault, isFault } from "./fault.ts";
import { isTooLong, type Message, writeMessage } from "./message.ts";
import { readOptions } from "./options.ts";

const TOKEN = /^[A-Za-z0-9_:-]{64,500}$/;

/** One call a message: the vendor takes one device at a time. */
export function plan({ messages, ...channel }: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const requests: PlannedRequest[] = [];
  for (const one of messages) {
    const message = readMessage(one, channel);
    if (isFault(message)) results.push({ ref: one.ref, status: "rejected", ...message });
    else {
      const call = sendCall(channel.settings, { message: { token: one.address, ...message } });
      requests.push({ id: one.ref, refs: [one.ref], ...call });
    }
  }
  return { requests, results };
}

function readMessage(
  { address, content, variables }: OutboundMessage,
  channel: Pick<PlanInput, "settings" | "now">,
): Message | Fault {
  if (!TOKEN.test(address)) {
    return { code: "invalid_token", detail: "The address is not a registration token of the vendor's." };
  }
  const extras = readExtras({ content, variables });
  if (!extras) {
    return {
      code: "invalid_extras",
      detail: "The extra fields are not key=value, one a line, each key once and none of the vendor's own.",
    };
  }
  const options = readOptions(content, channel.settings);
  if (isFault(options)) return options;
  const message = writeMessage(content, extras, options, channel);
  if (!isTooLong(message)) return message;
  return { code: "message_too_long", detail: "The notification and its extra fields exceed 4,096 bytes." };
}
