import type { ReceiptEvent, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import { clip, isObject, readText } from "./text.ts";

const TYPES: Record<string, ReceiptEvent["type"]> = { delivered: "delivered", failed: "undelivered" };

/** A push is a list of `{ id, status, at, code? }`. What has not this form is passed over. */
export function parseReceipt({ body, now }: ReceiptInput): ReceiptOutput {
  return {
    events: parseList(body).flatMap((entry) => readEvent(entry, now)),
    reply: { status: 200, body: "ok" },
  };
}

function readEvent(entry: unknown, now: number): ReceiptEvent[] {
  if (!isObject(entry)) return [];
  const id = readText(entry.id);
  const type = TYPES[readText(entry.status) ?? ""];
  const at = Date.parse(readText(entry.at) ?? "");
  if (!id || !type || !(at <= now)) return [];
  const code = readText(entry.code);
  return [{ eventId: `${id}:${type}`, type, at, vendorId: id, ...(code && { code: clip(code, 64) }) }];
}

function parseList(body: string): unknown[] {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
