import type { SimulatedSms } from "./account.ts";

const REPORTS_PER_PUSH = 100;
const REPEAT_SHARE = 0.1;

export interface ReceiptPusherOptions {
  /** Read at each push, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  delayMs: number;
  retryDelaysMs: number[];
  echoesSession: boolean;
}

/** Pushes sending states in no particular order, sometimes twice, and again after a failure, as the vendor does. */
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
      this.#later(delayMs, () => this.#push(this.#write(reports, Date.now()), 0));
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

  #write(messages: SimulatedSms[], now: number): string {
    return JSON.stringify(
      messages.map(({ countryCode, number, report, word, serialNo, session }) => ({
        user_receive_time: new Date(now + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " "),
        nationcode: countryCode,
        mobile: number,
        report_status: report === "delivered" ? "SUCCESS" : "FAIL",
        errmsg: word.code,
        description: word.text,
        sid: serialNo,
        ...(this.#options.echoesSession && { ext: session }),
      })),
    );
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
    const answer = (await response.json()) as { result?: unknown };
    return response.status === 200 && answer.result === 0;
  } catch {
    return false;
  }
}

function shuffle<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
