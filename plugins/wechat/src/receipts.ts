import { clip, type ReceiptEvent, type ReceiptInput, type ReceiptOutput } from "@tidings/sdk/plugin";
import { readConsents } from "./consents.ts";
import { type Push, readPush } from "./push.ts";

/** Takes a push that the host has proven and decrypted; `readEvents` finds in it what became of messages. */
export function takePush(
  { query, body, now }: ReceiptInput,
  readEvents: (push: Push, at: number) => ReceiptEvent[],
): ReceiptOutput {
  if (body === "" && query.echostr !== undefined) return echo(query.echostr);
  const push = readPush(body);
  if (!push) return { events: [], reply: reply(400, "not a push of this vendor") };
  const allowances = readConsents(push);
  // What users write and do comes to the same address as well; it is taken and left.
  return {
    events: readEvents(push, readTime(push.fields.CreateTime, now)),
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

/** What became of the subscription messages in a `subscribe_msg_sent_event`. */
export const readSentNotices = ({ entries }: Push, at: number): ReceiptEvent[] =>
  entries.flatMap((entry) => toEvent(entry.MsgID, readFate(entry), at));

/** What became of one message. */
export type Fate = Pick<ReceiptEvent, "type" | "code" | "detail">;

export function toEvent(msgid: string | undefined, fate: Fate | undefined, at: number): ReceiptEvent[] {
  if (!fate || !/^\d{1,20}$/.test(msgid ?? "")) return [];
  return [{ eventId: `${msgid}:${fate.type}`, at, vendorId: String(msgid), ...fate }];
}

function readFate({ ErrorCode = "", ErrorStatus = "" }: Record<string, string>): Fate | undefined {
  if (ErrorCode === "0") return { type: "delivered" };
  if (!/^-?\d{1,10}$/.test(ErrorCode)) return undefined;
  return { type: "undelivered", code: ErrorCode, ...(ErrorStatus && { detail: clip(ErrorStatus, 500) }) };
}

/** Seconds since 1970, as text. */
function readTime(text: string | undefined, now: number): number {
  return /^\d{9,11}$/.test(text ?? "") ? Number(text) * 1000 : now;
}
