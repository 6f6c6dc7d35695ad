import { Pushes, postJson } from "@tidings/sdk/testing";
import { writeJson } from "./gateway.ts";
import type { TakenMessage } from "./inbox.ts";

const REPEAT_SHARE = 0.1;

export interface ReceiptPusherOptions {
  /** Read at each push, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  delayMs: number;
  retryDelaysMs: number[];
}

/** Pushes what became of messages, in no particular order, sometimes twice, and again after a failure. */
export class ReceiptPusher {
  readonly #options: ReceiptPusherOptions;
  readonly #pushes: Pushes;

  constructor(options: ReceiptPusherOptions) {
    this.#options = options;
    this.#pushes = new Pushes({ retryDelaysMs: options.retryDelaysMs, repeatShare: REPEAT_SHARE });
  }

  schedule({ id, to, fate }: TakenMessage): void {
    if (fate === "NONE") return;
    this.#pushes.schedule(this.#options.delayMs * (0.5 + Math.random()), async () => {
      const url = this.#options.receiptsUrl();
      if (!url) return true;
      const receipt = { id, to, state: fate, at: new Date().toISOString() };
      return (await postJson(url, writeJson({ receipts: [receipt] })))?.code === 0;
    });
  }

  close(): void {
    this.#pushes.close();
  }
}
