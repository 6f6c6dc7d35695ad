import { fateOf } from "./devices.ts";

const MAX_RECIPIENTS = 1000;
const MAX_ALIAS_BYTES = 40;
const MAX_TIME_TO_LIVE = 864_000;
const MAX_BYTES = { android: 4000, ios: 2000 };

const PUSH_KEYS = [
  "cid",
  "platform",
  "audience",
  "notification",
  "message",
  "sms_message",
  "options",
  "callback",
];
const NOTIFICATION_KEYS = {
  android:
    "alert title builder_id channel_id priority category style alert_type big_text inbox big_pic_path extras large_icon intent",
  ios: "alert sound badge content-available mutable-content category thread-id extras",
};

type Fields = Record<string, unknown>;

/** A push that passed the vendor's checks. */
export interface Payload {
  recipients: string[];
  notification: Fields;
}

/** The push, or the vendor's code for what is wrong with it. */
export function readPayload(fields: Fields): Payload | number {
  const { platform, audience, notification, options = {} } = fields;
  if (Object.keys(fields).some((key) => !PUSH_KEYS.includes(key))) return 1009;
  if (platform === undefined || audience === undefined || notification === undefined) return 1002;
  if (!isFields(notification) || !isFields(options) || !isPlatform(platform)) return 1003;
  const recipients = readRecipients(audience);
  if (typeof recipients === "number") return recipients;
  return findFault(notification, options) ?? { recipients, notification };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPlatform = (platform: unknown) =>
  platform === "all" ||
  (Array.isArray(platform) &&
    platform.length > 0 &&
    platform.every((one) => ["android", "ios"].includes(one)));

/** The simulator knows devices by id and by alias only; tags and broadcasts are beyond it. */
function readRecipients(audience: unknown): string[] | number {
  if (!isFields(audience)) return 1003;
  const { registration_id: ids, alias: aliases } = audience;
  const named = ids ?? aliases;
  if (!Array.isArray(named) || named.length === 0 || named.length > MAX_RECIPIENTS) return 1003;
  if (!named.every((name) => typeof name === "string" && name !== "")) return 1003;
  if (aliases && named.some((name) => Buffer.byteLength(name) > MAX_ALIAS_BYTES)) return 1003;
  return ids && named.length === 1 && fateOf(named[0]) === "malformed" ? 1003 : named;
}

function findFault(notification: Fields, options: Fields): number | undefined {
  const { time_to_live: seconds = 0 } = options;
  if (!Number.isInteger(seconds) || Number(seconds) < 0 || Number(seconds) > MAX_TIME_TO_LIVE) return 1003;
  for (const platform of ["android", "ios"] as const) {
    const own = notification[platform] ?? {};
    if (!isFields(own)) return 1003;
    const known = NOTIFICATION_KEYS[platform].split(" ");
    if (Object.keys(own).some((key) => !known.includes(key))) return 1009;
    if (Buffer.byteLength(JSON.stringify(own)) > MAX_BYTES[platform]) return 1005;
  }
  return undefined;
}
