import { randomBytes } from "node:crypto";
import { Pushes, postJson } from "@tidings/sdk/testing";
import type { VendorApp } from "./app.ts";

export interface EventPusherOptions {
  /** Read at each push, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  delayMs: number;
  /** The waits before each repeat of a push that was not taken. */
  retryDelaysMs: number[];
  now(): number;
}

/** Pushes events to the app's address, and again after a failure, as the vendor does. */
export class EventPusher {
  readonly #app: VendorApp;
  readonly #options: EventPusherOptions;
  readonly #pushes: Pushes;

  constructor(app: VendorApp, options: EventPusherOptions) {
    this.#app = app;
    this.#options = options;
    this.#pushes = new Pushes(options);
  }

  /** Tells that a user has read messages. */
  tellRead(userId: string, messageIds: string[]): void {
    const now = this.#options.now();
    const body = JSON.stringify({
      schema: "2.0",
      header: {
        event_id: randomBytes(16).toString("hex"),
        event_type: "im.message.message_read_v1",
        create_time: String(now),
        token: randomBytes(16).toString("hex"),
        app_id: this.#app.appId,
        tenant_key: "736588c9260f175d",
      },
      event: {
        reader: { reader_id: { open_id: userId }, read_time: String(now), tenant_key: "736588c9260f175d" },
        message_id_list: messageIds,
      },
    });
    this.#pushes.schedule(this.#options.delayMs, async () => (await this.#post(body)) !== undefined);
  }

  /** Asks the address whether it is listening, as when somebody enters it in the developer console. */
  async proveAddress(): Promise<boolean> {
    const challenge = randomBytes(16).toString("hex");
    const answer = await this.#post(JSON.stringify({ challenge, token: "t", type: "url_verification" }));
    return answer?.challenge === challenge;
  }

  close(): void {
    this.#pushes.close();
  }

  /** The answer to a push, or nothing if it was not taken within three seconds. */
  async #post(body: string): Promise<Record<string, unknown> | undefined> {
    const url = this.#options.receiptsUrl();
    return url ? postJson(url, body, 3000) : undefined;
  }
}
