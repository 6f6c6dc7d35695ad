import { refuseField, type VendorAnswer } from "./answers.ts";

type Fields = Record<string, unknown>;

/** A message that passed the vendor's checks. */
export interface Payload {
  token?: string;
  title: string;
  body: string;
  data: Record<string, string>;
  priority: string;
}

const KEYS = {
  message: "name data notification android webpush apns fcm_options token topic condition",
  notification: "title body image",
  android: "collapse_key priority ttl restricted_package_name data notification fcm_options direct_boot_ok",
  apns: "headers payload fcm_options live_activity_token",
};
const MAX_BYTES = 4096;
const LONGEST_TTL_SECONDS = 2_419_200;
const RESERVED = /^(from$|gcm|google)/;

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages */
export function readPayload(message: unknown): Payload | VendorAnswer {
  if (!isFields(message)) return refuseField("message", "Message is not set.");
  const { token, topic, condition, notification = {}, data = {}, android = {}, apns = {} } = message;
  const targets = [token, topic, condition].filter((target) => target !== undefined);
  if (targets.length !== 1)
    return refuseField("message", "Exactly one of token, topic or condition is required");
  const parts = { message, notification, android, apns };
  for (const [name, part] of Object.entries(parts)) {
    const known = KEYS[name as keyof typeof KEYS].split(" ");
    const odd = isFields(part) ? Object.keys(part).find((key) => !known.includes(key)) : "";
    if (odd !== undefined) return refuseField(name, `Invalid JSON payload received. Unknown name "${odd}"`);
  }
  const fault = findDataFault(data) ?? findAndroidFault(android as Fields) ?? findAppleFault(apns as Fields);
  if (fault) return fault;
  if (sizeOf(notification as Fields) + sizeOf(data as Fields) > MAX_BYTES) {
    return refuseField("message", "Message is too big");
  }
  const { title = "", body = "" } = { ...(data as Fields), ...(notification as Fields) };
  return {
    ...(typeof token === "string" && { token }),
    title: String(title),
    body: String(body),
    data: data as Record<string, string>,
    priority: String((android as Fields).priority ?? "NORMAL"),
  };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function findDataFault(data: unknown): VendorAnswer | undefined {
  if (!isFields(data)) return refuseField("message.data", "Invalid value at 'message.data'");
  const [number] = Object.entries(data).find(([, value]) => typeof value !== "string") ?? [];
  if (number !== undefined) return refuseField("message.data", `Invalid value at 'message.data[${number}]'`);
  const reserved = Object.keys(data).find((key) => RESERVED.test(key));
  return reserved === undefined
    ? undefined
    : refuseField("message.data", `Invalid data payload key: ${reserved}`);
}

function findAndroidFault({ ttl = "0s", priority = "NORMAL" }: Fields): VendorAnswer | undefined {
  const seconds = /^(\d{1,9})(\.\d{1,9})?s$/.exec(String(ttl))?.[1];
  if (seconds === undefined || Number(seconds) > LONGEST_TTL_SECONDS) {
    return refuseField("message.android.ttl", "Illegal duration format; or the TTL is out of range");
  }
  if (["HIGH", "NORMAL"].includes(String(priority))) return undefined;
  return refuseField("message.android.priority", "Invalid value at 'message.android.priority'");
}

function findAppleFault({ headers = {} }: Fields): VendorAnswer | undefined {
  if (!isFields(headers))
    return refuseField("message.apns.headers", "Invalid value at 'message.apns.headers'");
  const { "apns-priority": priority = "10", "apns-expiration": expiration = "0" } = headers;
  if (!["1", "5", "10"].includes(String(priority)) || !/^\d+$/.test(String(expiration))) {
    return refuseField("message.apns.headers", "Invalid header value");
  }
  return undefined;
}

const sizeOf = (fields: Fields) =>
  Object.entries(fields).reduce((sum, [key, value]) => sum + Buffer.byteLength(`${key}${value}`), 0);
