import {
  clip,
  isRecord,
  parseJson,
  type ReceiptEvent,
  type ReceiptInput,
  type ReceiptOutput,
  readBeijingTime,
} from "@tidings/sdk/plugin";
import { readOutId } from "./out-id.ts";

/** Reads a SmsReport push: https://help.aliyun.com/zh/sms/developer-reference/smsreport-2 */
export function parseReceipt(input: ReceiptInput): ReceiptOutput {
  const reports = parseJson(input.body);
  if (!Array.isArray(reports)) return refuse("not a JSON array");
  const events = reports.map(readReport).filter((event) => event !== undefined);
  // One odd report must not cost the others: after three refusals the vendor gives the whole push up.
  if (events.length === 0 && reports.length > 0) return refuse("no report could be read");
  return { events, reply: reply(200, { code: 0, msg: "接收成功" }) };
}

function refuse(msg: string): ReceiptOutput {
  return { events: [], reply: reply(400, { code: 400, msg }) };
}

function reply(status: number, answer: { code: number; msg: string }): ReceiptOutput["reply"] {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
}

function readReport(report: unknown): ReceiptEvent | undefined {
  if (!isRecord(report)) return undefined;
  const number = readText(report.phone_number, 20);
  const bizId = readText(report.biz_id, 128);
  const reportTime = readText(report.report_time, 40);
  const at = readBeijingTime(reportTime);
  if (!number || !bizId || at === undefined || typeof report.success !== "boolean") return undefined;
  const code = readText(report.err_code, 64);
  const detail = readText(report.err_msg, 500);
  return {
    eventId: `${bizId}:${number}:${reportTime}`,
    type: report.success ? "delivered" : "undelivered",
    at,
    ...readOutId(readText(report.out_id, 255), number),
    vendorId: bizId,
    ...(!report.success && code && { code }),
    ...(!report.success && detail && { detail }),
  };
}

function readText(value: unknown, maxLength: number): string {
  return typeof value === "string" && value.length <= maxLength ? clip(value, maxLength) : "";
}
