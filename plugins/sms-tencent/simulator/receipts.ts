import { Pushes, postJson, shuffle } from "@tidings/sdk/testing";
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
      this.#pushes.schedule(delayMs, () => this.#push(this.#write(reports, Date.now())));
    }
  }

  close(): void {
    this.#pushes.close();
  }

  async #push(body: string): Promise<boolean> {
    const url = this.#options.receiptsUrl();
    return !url || (await postJson(url, body))?.result === 0;
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
}
