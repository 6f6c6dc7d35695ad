import { clip, type ReceiptEvent, type ReceiptInput, type ReceiptOutput } from "@tidings/sdk/plugin";
import { readConsents } from "./consents.ts";
import { type Push, readPush } from "./push.ts";

/**
 * Reads a push that the host has proven and decrypted.
 * https://developers.weixin.qq.com/doc/service/guide/product/template_message/Template_Message_Interface
 * https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.html
 */
export function parseReceipt({ query, body, now }: ReceiptInput): ReceiptOutput {
  if (body === "" && query.echostr !== undefined) return echo(query.echostr);
  const push = readPush(body);
  if (!push) return { events: [], reply: reply(400, "not a push of this vendor") };
  const allowances = readConsents(push);
  // What users write and do comes to the same address as well; it is taken and left.
  return {
    events: readEvents(push, now),
    ...(allowances.length > 0 && { allowances }),
    reply: reply(200, "success"),
  };
}

/** The vendor's console takes an address only if it says after the vendor what it is asked with. */
function echo(text: string): ReceiptOutput {
  const isHarmless = /^[A-Za-z0-9_-]{1,64}$/.test(text);
  return { events: [], reply: isHarmless ? reply(200, text) : reply(400, "malformed echostr") };
}

const reply = (status: number, body: string): ReceiptOutput["reply"] => ({
  status,
  headers: { "content-type": "text/plain" },
  body,
});

function readEvents({ fields, entries }: Push, now: number): ReceiptEvent[] {
  const at = readTime(fields.CreateTime, now);
  switch (fields.Event) {
    case "TEMPLATESENDJOBFINISH":
      return toEvent(fields.MsgID, readTemplateFate(fields.Status ?? ""), at);
    case "subscribe_msg_sent_event":
      return entries.flatMap((entry) => toEvent(entry.MsgID, readSubscriptionFate(entry), at));
    default:
      return [];
  }
}

type Fate = Pick<ReceiptEvent, "type" | "code" | "detail">;

function toEvent(msgid: string | undefined, fate: Fate | undefined, at: number): ReceiptEvent[] {
  if (!fate || !/^\d{1,20}$/.test(msgid ?? "")) return [];
  return [{ eventId: `${msgid}:${fate.type}`, at, vendorId: String(msgid), ...fate }];
}

/** `failed: system failed` has a space that `failed:user block` has not. */
function readTemplateFate(status: string): Fate | undefined {
  const said = status.toLowerCase().replace(/\s+/g, " ");
  if (said === "success") return { type: "delivered" };
  if (!said.startsWith("failed")) return undefined;
  if (said.includes("user block")) return { type: "undelivered", code: "user_block" };
  const code = said.includes("system failed") ? "system_failed" : "send_failed";
  return { type: "undelivered", code, detail: clip(status, 500) };
}

function readSubscriptionFate({
  ErrorCode = "",
  ErrorStatus = "",
}: Record<string, string>): Fate | undefined {
  if (ErrorCode === "0") return { type: "delivered" };
  if (!/^-?\d{1,10}$/.test(ErrorCode)) return undefined;
  return { type: "undelivered", code: ErrorCode, ...(ErrorStatus && { detail: clip(ErrorStatus, 500) }) };
}

/** Seconds since 1970, as text. */
function readTime(text: string | undefined, now: number): number {
  return /^\d{9,11}$/.test(text ?? "") ? Number(text) * 1000 : now;
}
