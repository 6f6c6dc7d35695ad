import type { ReceiptEvent, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import type { PureFunctions } from "../catalogue.ts";
import { cleanAllowances } from "./allowances.ts";
import { isEventId, isMoment, isStorable, MAX_ADDRESS_LENGTH } from "./event-parts.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH, MAX_VENDOR_ID_LENGTH } from "./foreign-text.ts";
import { PluginFault } from "./plugin-fault.ts";
import { isRecord, isText, isTextRecord } from "./plugin-output.ts";

const EVENT_TYPES = ["delivered", "undelivered", "read", "clicked"];
/** Events of one push: as many as its body of 1 MiB can hold at 50 bytes each. */
const MAX_EVENTS = 20_000;
const MAX_REPLY_LENGTH = 65_536;
const MAX_REF_LENGTH = 64;

/** What a push says, as far as it keeps the contract. */
export type CleanReceipt = Required<ReceiptOutput> & { droppedCount: number };

/** Reads a push with the plugin; throws what the plugin throws, and PluginFault for an unreadable output. */
export async function readReceipt(plugin: PureFunctions, input: ReceiptInput): Promise<CleanReceipt> {
  const output: unknown = await plugin.parseReceipt?.(input);
  if (!isRecord(output) || !Array.isArray(output.events))
    throw new PluginFault("parseReceipt gave no events");
  if (output.events.length > MAX_EVENTS)
    throw new PluginFault(`parseReceipt gave more than ${MAX_EVENTS} events`);
  const events = cleanEvents(output.events);
  const allowances = cleanAllowances(output.allowances);
  const droppedCount = output.events.length - events.length + allowances.droppedCount;
  return { events, allowances: allowances.events, reply: readReply(output.reply), droppedCount };
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
  const { eventId, type, at, ref, batchRef, vendorId, code } = value;
  return (
    isEventId(eventId) &&
    [ref, batchRef, vendorId, code].every(isStorable) &&
    EVENT_TYPES.includes(String(type)) &&
    isMoment(at)
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
