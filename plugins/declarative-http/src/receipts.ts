import type { Json, ReceiptEvent, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import { describe, type ReceiptDescription } from "./description.ts";
import { parseJson, textAt, valueAt } from "./json.ts";
import { readMoment } from "./moment.ts";
import { clipCode, quote } from "./text.ts";

const MAX_RECEIPTS = 10_000;
const MAX_EVENT_ID_LENGTH = 200;

/**
 * Reads a push as the form describes it: JSON, or a form's fields.
 *
 * No plugin sees a secret, so a signature cannot be checked; what keeps others out is the address itself.
 */
export function parseReceipt({ body, query, settings, now }: ReceiptInput): ReceiptOutput {
  const { receipts } = describe(settings);
  if (receipts.id === undefined || receipts.status === undefined) {
    return refuse(404, "this channel takes no receipts");
  }
  const root = parseJson(body) ?? readFields(body, query);
  const list = receipts.listAt === undefined ? root : valueAt(root, receipts.listAt);
  const entries = Array.isArray(list) ? list : list === undefined ? [] : [list];
  if (entries.length > MAX_RECEIPTS) return refuse(413, `more than ${MAX_RECEIPTS} receipts`);
  if (!entries.some((entry) => isReceipt(entry, receipts))) return refuse(400, "no receipt could be read");
  return {
    events: entries.flatMap((entry) => toEvent(entry, receipts, now) ?? []),
    reply: { status: 200, headers: { "content-type": typeOf(receipts.reply) }, body: receipts.reply },
  };
}

const refuse = (status: number, body: string): ReceiptOutput => ({
  events: [],
  reply: { status, headers: { "content-type": "text/plain" }, body },
});

const typeOf = (reply: string) => (parseJson(reply) === undefined ? "text/plain" : "application/json");

const readFields = (body: string, query: Record<string, string>): Json =>
  body === "" ? query : Object.fromEntries(new URLSearchParams(body));

const isReceipt = (entry: Json, { id, status }: ReceiptDescription) =>
  textAt(entry, id) !== undefined && textAt(entry, status) !== undefined;

/** Nothing for a status that is none of those described: vendors tell of the way to the recipient, too. */
function toEvent(entry: Json, receipts: ReceiptDescription, now: number): ReceiptEvent | undefined {
  const id = textAt(entry, receipts.id);
  const status = textAt(entry, receipts.status) ?? "";
  const type = typeOfStatus(status, receipts);
  if (!id || !type) return undefined;
  const address = textAt(entry, receipts.address);
  const eventId = [id, address ?? "", status].join(":");
  if (eventId.length > MAX_EVENT_ID_LENGTH) return undefined;
  const target = receipts.idKind === "ref" ? { ref: id } : { vendorId: id, ...(address && { address }) };
  const code = textAt(entry, receipts.code) ?? status;
  return {
    eventId,
    type,
    at: readMoment(textAt(entry, receipts.time)) ?? now,
    ...target,
    ...(type === "undelivered" && { code: clipCode(code), detail: quote(status) }),
  };
}

function typeOfStatus(status: string, receipts: ReceiptDescription): ReceiptEvent["type"] | undefined {
  if (receipts.delivered.has(status)) return "delivered";
  if (receipts.undelivered.has(status)) return "undelivered";
  return receipts.read.has(status) ? "read" : undefined;
}
