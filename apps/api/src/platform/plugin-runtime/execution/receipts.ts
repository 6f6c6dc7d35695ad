import type { ReceiptEvent, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import type { PureFunctions } from "../catalogue.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH, MAX_VENDOR_ID_LENGTH } from "./foreign-text.ts";
import { PluginFault } from "./plugin-fault.ts";
import { isRecord, isText, isTextRecord } from "./plugin-output.ts";

const EVENT_TYPES = ["delivered", "undelivered", "read", "clicked"];
/** Events of one push: as many as its body of 1 MiB can hold at 50 bytes each. */
const MAX_EVENTS = 20_000;
const MAX_REPLY_LENGTH = 65_536;
const MAX_EVENT_ID_LENGTH = 200;
const MAX_ADDRESS_LENGTH = 500;
const MAX_REF_LENGTH = 64;
/** Dates beyond these are a fault of the plugin, and more than a database can hold. */
const FIRST_MOMENT = 0;
const LAST_MOMENT = Date.UTC(2100, 0, 1);

/** Reads a push with the plugin; throws what the plugin throws, and PluginFault for an unreadable output. */
export async function readReceipt(
  plugin: PureFunctions,
  input: ReceiptInput,
): Promise<ReceiptOutput & { droppedCount: number }> {
  const output: unknown = await plugin.parseReceipt?.(input);
  if (!isRecord(output) || !Array.isArray(output.events))
    throw new PluginFault("parseReceipt gave no events");
  if (output.events.length > MAX_EVENTS)
    throw new PluginFault(`parseReceipt gave more than ${MAX_EVENTS} events`);
  const events = cleanEvents(output.events);
  return { events, reply: readReply(output.reply), droppedCount: output.events.length - events.length };
}

/** Leaves out what is no event of the contract. */
export const cleanEvents = (events: readonly unknown[]): ReceiptEvent[] =>
  events.map(cleanEvent).filter((event) => event !== undefined);

function cleanEvent(event: unknown): ReceiptEvent | undefined {
  if (!isReceiptEvent(event)) return undefined;
  return {
    eventId: event.eventId,
    type: event.type,
    at: Math.round(event.at),
    ...texts(event, {
      ref: MAX_REF_LENGTH,
      batchRef: MAX_REF_LENGTH,
      vendorId: MAX_VENDOR_ID_LENGTH,
      address: MAX_ADDRESS_LENGTH,
      code: MAX_CODE_LENGTH,
      detail: MAX_DETAIL_LENGTH,
    }),
  };
}

function isReceiptEvent(value: unknown): value is ReceiptEvent {
  if (!isRecord(value)) return false;
  const { eventId, type, at } = value;
  return (
    isText(eventId) &&
    eventId !== "" &&
    eventId.length <= MAX_EVENT_ID_LENGTH &&
    isStorable(value) &&
    EVENT_TYPES.includes(String(type)) &&
    typeof at === "number" &&
    at >= FIRST_MOMENT &&
    at < LAST_MOMENT
  );
}

/**
 * No database holds a NUL or half of a surrogate pair. An event id with one could not be kept, and a reference or code
 * would be changed by cleaning: the event would go to nobody, or say something that the vendor did not.
 */
function isStorable({ eventId, ref, batchRef, vendorId, code }: Record<string, unknown>): boolean {
  return [eventId, ref, batchRef, vendorId, code].every(
    (text) => typeof text !== "string" || (!text.includes("\0") && text.isWellFormed()),
  );
}

function texts<K extends string>(source: object, limits: Record<K, number>): Partial<Record<K, string>> {
  const cleaned: Partial<Record<K, string>> = {};
  for (const [name, maxLength] of Object.entries(limits) as [K, number][]) {
    const text = cleanText((source as Partial<Record<K, unknown>>)[name], maxLength, (value) => value);
    if (text) cleaned[name] = text;
  }
  return cleaned;
}

// The reply is served from our own origin: of its headers only the content type is the plugin's business.
function readReply(reply: unknown): ReceiptOutput["reply"] {
  if (!isRecord(reply) || !isReplyStatus(reply.status) || !isText(reply.body)) {
    throw new PluginFault("parseReceipt gave no reply");
  }
  if (reply.body.length > MAX_REPLY_LENGTH) throw new PluginFault("the reply of parseReceipt is too long");
  const contentType = isTextRecord(reply.headers) ? findContentType(reply.headers) : undefined;
  const headers = contentType === undefined ? {} : { headers: { "content-type": contentType } };
  return { status: reply.status, body: reply.body, ...headers };
}

const isReplyStatus = (status: unknown): status is number =>
  Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;

const findContentType = (headers: Record<string, string>) =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
