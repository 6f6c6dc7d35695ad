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
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: ReceiptPusherOptions) {
    this.#options = options;
  }

  schedule(messages: SimulatedSms[]): void {
    const reported = shuffle(messages.filter((message) => message.report !== "none"));
    for (let start = 0; start < reported.length; start += REPORTS_PER_PUSH) {
      const reports = reported.slice(start, start + REPORTS_PER_PUSH);
      const delayMs = this.#options.delayMs * (0.5 + Math.random());
      this.#later(delayMs, () => this.#push(writeReports(reports, Date.now()), 0));
    }
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #push(body: string, attempt: number): Promise<void> {
    const url = this.#options.receiptsUrl();
    if (!url) return;
    const taken = await post(url, body);
    const retryDelayMs = this.#options.retryDelaysMs[attempt];
    if (!taken && retryDelayMs !== undefined) {
      this.#later(retryDelayMs, () => this.#push(body, attempt + 1));
    } else if (taken && attempt === 0 && Math.random() < REPEAT_SHARE) {
      this.#later(this.#options.delayMs, () => this.#push(body, this.#options.retryDelaysMs.length));
    }
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void run();
    }, delayMs);
    this.#timers.add(timer);
  }
}

async function post(url: string, body: string): Promise<boolean> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    const answer = (await response.json()) as { code?: unknown };
    return response.status === 200 && answer.code === 0;
  } catch {
    return false;
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

function shuffle<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
