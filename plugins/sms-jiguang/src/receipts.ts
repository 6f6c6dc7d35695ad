import {
  isRecord,
  parseJson,
  type ReceiptEvent,
  type ReceiptInput,
  type ReceiptOutput,
  toNumber,
} from "@tidings/sdk/plugin";
import { readDigits } from "./text.ts";

/**
 * Reads a callback: a form with a type and a JSON text. https://docs.jiguang.cn/jsms/server/callback
 *
 * Its signature is made with the Master Secret, which no plugin sees; what keeps others out is the address itself.
 */
export function parseReceipt({ query, body, now }: ReceiptInput): ReceiptOutput {
  if (body === "" && query.echostr !== undefined) return echo(query.echostr);
  const form = new URLSearchParams(body);
  const type = form.get("type") ?? "";
  // Replies of recipients and reviews of templates come to the same address; they are taken and left.
  if (/^SMS_(REPLY|TEMPLATE|SIGN)$/.test(type)) return { events: [], reply: reply(200, "ok") };
  if (type !== "SMS_REPORT") return { events: [], reply: reply(400, "no SMS_REPORT") };
  const data = parseJson(form.get("data") ?? "");
  const reports = Array.isArray(data) ? data : [data];
  const events = reports.map((report) => toEvent(report, now)).filter((event) => event !== undefined);
  if (events.length === 0) return { events, reply: reply(400, "no report could be read") };
  return { events, reply: reply(200, "ok") };
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

const DELIVERED = "4001";

function toEvent(fields: unknown, now: number): ReceiptEvent | undefined {
  if (!isRecord(fields)) return undefined;
  const [vendorId, code] = [readDigits(fields.msgId), readDigits(fields.status)];
  if (!vendorId || !code) return undefined;
  const type = code === DELIVERED ? "delivered" : "undelivered";
  const at = toNumber(fields.receiveTime);
  return {
    eventId: `${vendorId}:${type}`,
    type,
    at: at > 0 && Number.isSafeInteger(at) ? at : now,
    vendorId,
    ...(type === "undelivered" && { code }),
  };
}
