import { readJsonObject, type WindowCount } from "@tidings/sdk/testing";
import type { Account } from "./account.ts";
import { fateOf } from "./devices.ts";
import type { NotificationInbox } from "./inbox.ts";
import type { Reason } from "./reasons.ts";

export interface PushDeps {
  account: Account;
  inbox: NotificationInbox;
  /** Notifications to one device a minute. */
  deviceMinutes: WindowCount;
}

/** A call as it came in. */
export interface Push {
  device: string;
  id: string;
  header(name: string): string | undefined;
  body: string;
}

const MAX_PAYLOAD_BYTES = 4096;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PUSH_TYPES =
  "alert background voip complication fileprovider mdm liveactivity location pushtotalk controls".split(" ");

/** Takes one notification, or says why not. */
export function push(
  { account, inbox, deviceMinutes }: PushDeps,
  call: Push,
  now: number,
): Reason | undefined {
  const payload = readPayload(call.body);
  const fault =
    findHeaderFault(call, account) ?? (typeof payload === "string" ? payload : fateOf(call.device));
  if (fault || typeof payload === "string") return fault;
  if (!deviceMinutes.allows(call.device, now)) return "TooManyRequests";
  const { aps, ...extras } = payload;
  const { title = "", subtitle = "", body = "" } = readAlert(aps);
  inbox.show({
    to: call.device,
    at: now,
    text: [title, subtitle, body].filter(Boolean).join("\n"),
    id: call.id,
    title,
    subtitle,
    body,
    extras,
    priority: call.header("apns-priority") ?? "10",
    collapseId: call.header("apns-collapse-id") ?? "",
  });
  return undefined;
}

/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
function findHeaderFault({ id, header }: Push, { topic }: Account): Reason | undefined {
  const [type = "", priority = "10"] = [header("apns-push-type"), header("apns-priority")];
  if (!UUID.test(id)) return "BadMessageId";
  if (!header("apns-topic")) return "MissingTopic";
  if (header("apns-topic") !== topic) return "TopicDisallowed";
  if (!PUSH_TYPES.includes(type)) return "InvalidPushType";
  if (!["10", "5", "1"].includes(priority) || (type === "background" && priority === "10"))
    return "BadPriority";
  if (!/^\d{1,12}$/.test(header("apns-expiration") ?? "0")) return "BadExpirationDate";
  return Buffer.byteLength(header("apns-collapse-id") ?? "") > 64 ? "BadCollapseId" : undefined;
}

function readPayload(body: string): Record<string, unknown> | Reason {
  if (Buffer.byteLength(body) > MAX_PAYLOAD_BYTES) return "PayloadTooLarge";
  const fields = readJsonObject(body);
  return fields && "aps" in fields ? fields : "PayloadEmpty";
}

function readAlert(aps: unknown): Record<string, string> {
  const { alert = {} } = (aps ?? {}) as { alert?: string | Record<string, string> };
  return typeof alert === "string" ? { body: alert } : alert;
}
