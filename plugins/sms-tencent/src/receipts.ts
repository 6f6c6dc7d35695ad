import {
  isRecord,
  parseJson,
  type ReceiptEvent,
  type ReceiptInput,
  type ReceiptOutput,
  readBeijingTime,
  readText,
} from "@tidings/sdk/plugin";
import { readReport } from "./report.ts";
import { readSession } from "./session.ts";

/** Reads a push of sending states: https://cloud.tencent.com/document/product/382/59178 */
export function parseReceipt(input: ReceiptInput): ReceiptOutput {
  const reports = parseJson(input.body);
  if (!Array.isArray(reports)) return refuse("not a JSON array");
  const events = reports.map((report) => toEvent(report, input.now)).filter((event) => event !== undefined);
  // One odd report must not cost the others: after two more tries the vendor gives the whole push up.
  if (events.length === 0 && reports.length > 0) return refuse("no report could be read");
  return { events, reply: reply(200, { result: 0, errmsg: "OK" }) };
}

function refuse(errmsg: string): ReceiptOutput {
  return { events: [], reply: reply(400, { result: 1, errmsg }) };
}

function reply(status: number, answer: { result: number; errmsg: string }): ReceiptOutput["reply"] {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
}

function toEvent(fields: unknown, now: number): ReceiptEvent | undefined {
  if (!isRecord(fields)) return undefined;
  const report = readReport(fields.sid, fields.report_status);
  if (!report) return undefined;
  const { serialNo, type, eventId } = report;
  const code = readText(fields.errmsg, 64);
  const detail = readText(fields.description, 500);
  const failed = type === "undelivered";
  return {
    eventId,
    type,
    // The field is the moment of reception: what was not received may have none.
    at: readBeijingTime(readText(fields.user_receive_time, 40)) ?? now,
    ...readSession(readText(fields.ext, 512), readText(fields.nationcode, 8), readText(fields.mobile, 20)),
    vendorId: serialNo,
    ...(failed && code && { code }),
    ...(failed && detail && { detail }),
  };
}
