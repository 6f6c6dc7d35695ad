import { createHash, randomInt } from "node:crypto";
import { Pushes } from "@tidings/sdk/testing";
import type { Account, SimulatedSms } from "./account.ts";

const REPEAT_SHARE = 0.1;

export interface CallbacksOptions {
  account: Account;
  /** Read at each callback, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  delayMs: number;
  retryDelaysMs: number[];
}

/**
 * Calls back for each message, in no particular order, sometimes twice, and again after a failure. An address is called
 * only once it has said after the vendor what it was asked with. https://docs.jiguang.cn/jsms/server/callback
 */
export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #pushes: Pushes;
  readonly #proven = new Set<string>();

  constructor(options: CallbacksOptions) {
    this.#options = options;
    this.#pushes = new Pushes({ retryDelaysMs: options.retryDelaysMs, repeatShare: REPEAT_SHARE });
  }

  schedule(messages: SimulatedSms[]): void {
    for (const message of messages) {
      if (message.report === undefined) continue;
      this.#pushes.schedule(this.#options.delayMs * (0.5 + Math.random()), () => this.#report(message));
    }
  }

  close(): void {
    this.#pushes.close();
  }

  async #report(message: SimulatedSms): Promise<boolean> {
    const url = this.#options.receiptsUrl();
    return !url || ((await this.#prove(url)) && (await post(url, this.#write(message))));
  }

  async #prove(url: string): Promise<boolean> {
    if (this.#proven.has(url)) return true;
    const echostr = randomInt(0x10000000, 0xffffffff).toString(16);
    const answer = await fetch(`${url}?echostr=${echostr}`).catch(() => undefined);
    const isProven = answer?.status === 200 && (await answer.text()) === echostr;
    if (isProven) this.#proven.add(url);
    return isProven;
  }

  #write({ messageId, report, to }: SimulatedSms): URLSearchParams {
    const { appKey, masterSecret } = this.#options.account;
    const [nonce, timestamp] = [String(randomInt(281_474_976_710_655)), String(Date.now())];
    const signed = `appKey=${appKey}&appMasterSecret=${masterSecret}&nonce=${nonce}&timestamp=${timestamp}`;
    const signature = createHash("sha1").update(signed).digest("hex");
    const data = JSON.stringify({ msgId: messageId, phone: to, receiveTime: Date.now(), status: report });
    return new URLSearchParams({ nonce, timestamp, signature, type: "SMS_REPORT", data });
  }
}

async function post(url: string, body: URLSearchParams): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(10_000) });
    return response.status === 200;
  } catch {
    return false;
  }
}
