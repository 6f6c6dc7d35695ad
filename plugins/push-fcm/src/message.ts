import { type Json, type Settings, sizeOf } from "@tidings/sdk/plugin";
import type { Extras } from "./extras.ts";
import type { Options } from "./options.ts";

/** A message without its recipient. */
export type Message = Record<string, Json>;

const MAX_PAYLOAD_BYTES = 4096;

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages */
export function writeMessage(
  content: Record<string, string>,
  extras: Extras,
  options: Options,
  { settings, now }: { settings: Settings; now: number },
): Message {
  const { title = "", text = "", image = "" } = content;
  const shown = { ...(title && { title }), body: text, ...(image && { image }) };
  const showsItself = settings.form === "data";
  const data = showsItself ? { ...shown, ...extras } : extras;
  return {
    ...(!showsItself && { notification: shown }),
    ...(Object.keys(data).length > 0 && { data }),
    android: writeAndroid(options, showsItself ? "" : String(settings.androidChannelId ?? "")),
    apns: writeApple(options, showsItself, now),
  };
}

function writeAndroid({ isUrgent, ttlSeconds, collapseKey }: Options, channelId: string): Message {
  return {
    priority: isUrgent ? "HIGH" : "NORMAL",
    ttl: `${ttlSeconds}s`,
    ...(collapseKey && { collapse_key: collapseKey }),
    ...(channelId && { notification: { channel_id: channelId } }),
  };
}

// A device of Apple's wakes the app for data alone only at the lower priority.
function writeApple(
  { isUrgent, ttlSeconds, collapseKey }: Options,
  showsItself: boolean,
  now: number,
): Message {
  const expiresAt = ttlSeconds === 0 ? 0 : Math.floor(now / 1000) + ttlSeconds;
  return {
    headers: {
      "apns-priority": isUrgent && !showsItself ? "10" : "5",
      "apns-expiration": String(expiresAt),
      ...(collapseKey && { "apns-collapse-id": collapseKey }),
    },
    payload: { aps: showsItself ? { "content-available": 1 } : { sound: "default" } },
  };
}

/** What the vendor counts: the keys and values of notification and data. */
export function isTooLong({ notification = {}, data = {} }: Message): boolean {
  const parts = [notification, data].flatMap((part) => Object.entries(part as Record<string, string>).flat());
  return parts.reduce((sum, part) => sum + sizeOf(part), 0) > MAX_PAYLOAD_BYTES;
}
