import {
  type OutboundMessage,
  type PlanInput,
  type PlannedRequest,
  type PlanOutput,
  type SendResult,
  sizeOf,
} from "@tidings/sdk/plugin";
import { pushCall } from "./calls.ts";
import { type Extras, readExtras } from "./extras.ts";
import { type Fault, isFault } from "./fault.ts";
import { notificationId } from "./notification-id.ts";
import { type Options, readOptions } from "./options.ts";

/** Its length is the vendor's to choose; today it is 64. */
const DEVICE_TOKEN = /^[0-9A-Fa-f]{64,200}$/;
const MAX_PAYLOAD_BYTES = 4096;

/** One call a message: the vendor takes one device at a time. */
export function plan({ messages, settings, now }: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const requests: PlannedRequest[] = [];
  for (const message of messages) {
    const push = readMessage(message, settings);
    if (isFault(push)) results.push({ ref: message.ref, status: "rejected", ...push });
    else {
      const headers = writeHeaders(message.ref, push.options, now);
      const call = pushCall(settings, message.address.toLowerCase(), headers, push.payload);
      requests.push({ id: message.ref, refs: [message.ref], ...call });
    }
  }
  return { requests, results };
}

interface Push {
  payload: string;
  options: Options;
}

function readMessage(
  { address, content, variables }: OutboundMessage,
  settings: PlanInput["settings"],
): Push | Fault {
  if (!DEVICE_TOKEN.test(address)) {
    return { code: "invalid_token", detail: "The address is not a device token of the vendor's." };
  }
  const extras = readExtras({ content, variables });
  if (!extras) {
    return {
      code: "invalid_extras",
      detail: "The extra fields are not key=value, one a line, each key once and none called aps.",
    };
  }
  const options = readOptions(content, settings);
  if (isFault(options)) return options;
  const payload = JSON.stringify(writePayload(content, extras, options));
  if (sizeOf(payload) <= MAX_PAYLOAD_BYTES) return { payload, options };
  return { code: "message_too_long", detail: "The notification and its extra fields exceed 4,096 bytes." };
}

/** https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification */
function writePayload(content: Record<string, string>, extras: Extras, { badge }: Options): object {
  const { title = "", subtitle = "", text = "" } = content;
  const alert = { ...(title && { title }), ...(subtitle && { subtitle }), body: text };
  // Without a sound an iPhone stays silent.
  return { ...extras, aps: { alert, sound: "default", ...(badge !== undefined && { badge }) } };
}

function writeHeaders(
  ref: string,
  { isUrgent, ttlSeconds, collapseKey }: Options,
  now: number,
): Record<string, string> {
  const expiresAt = ttlSeconds === 0 ? 0 : Math.floor(now / 1000) + ttlSeconds;
  return {
    "apns-id": notificationId(ref),
    "apns-push-type": "alert",
    "apns-priority": isUrgent ? "10" : "5",
    "apns-expiration": String(expiresAt),
    ...(collapseKey && { "apns-collapse-id": collapseKey }),
  };
}
