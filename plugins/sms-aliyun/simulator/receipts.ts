import { Pushes, postJson, shuffle } from "@tidings/sdk/testing";
import type { SimulatedSms } from "./account.ts";

const REPORTS_PER_PUSH = 100;
const REPEAT_SHARE = 0.1;

export interface ReceiptPusherOptions {
  /** Read at each push, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  delayMs: number;
  retryDelaysMs: number[];
}

/** Pushes SmsReport in no particular order, sometimes twice, and again after a failure, as the vendor does. */
export class ReceiptPusher {
  readonly #options: ReceiptPusherOptions;
  readonly #pushes: Pushes;

  constructor(options: ReceiptPusherOptions) {
    this.#options = options;
    this.#pushes = new Pushes({ retryDelaysMs: options.retryDelaysMs, repeatShare: REPEAT_SHARE });
  }

  schedule(messages: SimulatedSms[]): void {
    const reported = shuffle(messages.filter((message) => message.report !== "none"));
    for (let start = 0; start < reported.length; start += REPORTS_PER_PUSH) {
      const reports = reported.slice(start, start + REPORTS_PER_PUSH);
      const delayMs = this.#options.delayMs * (0.5 + Math.random());
      this.#pushes.schedule(delayMs, () => this.#push(writeReports(reports, Date.now())));
    }
  }

  close(): void {
    this.#pushes.close();
  }

  async #push(body: string): Promise<boolean> {
    const url = this.#options.receiptsUrl();
    return !url || (await postJson(url, body))?.code === 0;
  }
}

function writeReports(messages: SimulatedSms[], now: number): string {
  return JSON.stringify(
    messages.map((message) => ({
      phone_number: message.number,
      send_time: writeBeijingTime(message.at),
      report_time: writeBeijingTime(now),
      success: message.report === "delivered",
      err_code: message.report === "delivered" ? "DELIVERED" : message.fault.code,
      err_msg: message.report === "delivered" ? "用户接收成功" : message.fault.text,
      sms_size: String(countSegments(message.text)),
      biz_id: message.bizId,
      out_id: message.outId,
    })),
  );
}

// 70 characters fit into one text message, 67 into each part of a longer one.
function countSegments(text: string): number {
  const length = [...text].length;
  return length <= 70 ? 1 : Math.ceil(length / 67);
}

export function writeBeijingTime(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}
