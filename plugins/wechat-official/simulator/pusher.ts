import { randomInt } from "node:crypto";
import type { Account } from "./account.ts";
import { encrypt, sign } from "./envelope.ts";
import { type VendorEvent, writeJson, writeXml } from "./events.ts";

/** `plain`, `compatible` (both) or `safe` (encrypted alone): what the account's owner has chosen. */
export type PushMode = "plain" | "compatible" | "safe";

export interface PusherOptions {
  /** Read at each push, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  mode(): PushMode;
  format(): "xml" | "json";
  /** `twice`: each push comes two times. `backwards`: two pushes come in the wrong order. */
  habit(): "twice" | "backwards" | undefined;
  delayMs(): number;
  /** The waits before each repeat of a push that was not taken. */
  retryDelaysMs: number[];
  now(): number;
}

const PATIENCE_MS = 5000;

/** Pushes events to the account's address, signed, and again after a failure, as the vendor does. */
export class Pusher {
  readonly #account: Account;
  readonly #options: PusherOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Kept back until another one has overtaken it. */
  #late: string | undefined;

  constructor(account: Account, options: PusherOptions) {
    this.#account = account;
    this.#options = options;
  }

  tell(event: VendorEvent): void {
    const stamp = { originalId: this.#account.originalId, at: this.#options.now() };
    const text = this.#options.format() === "json" ? writeJson(event, stamp) : writeXml(event, stamp);
    this.#later(this.#options.delayMs(), () => this.#order(text));
  }

  /** Asks the address whether it is listening, as when somebody enters it in the vendor's console. */
  async proveAddress(): Promise<boolean> {
    const echostr = String(randomInt(1_000_000_000));
    const answer = await this.#call("GET", { ...this.#signature(), echostr });
    return answer === echostr;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #order(text: string): Promise<void> {
    const habit = this.#options.habit();
    if (habit === "backwards" && this.#late === undefined) {
      this.#late = text;
      return;
    }
    await this.#push(text, 0);
    if (habit === "twice") await this.#push(text, 0);
    const late = this.#late;
    this.#late = undefined;
    if (late !== undefined) await this.#push(late, 0);
  }

  async #push(text: string, attempt: number): Promise<void> {
    const { query, body } = this.#seal(text);
    const isTaken = (await this.#call("POST", query, body)) !== undefined;
    const retryDelayMs = this.#options.retryDelaysMs[attempt];
    if (!isTaken && retryDelayMs !== undefined) {
      this.#later(retryDelayMs, () => this.#push(text, attempt + 1));
    }
  }

  #seal(text: string): { query: Record<string, string>; body: string } {
    const mode = this.#options.mode();
    const query = this.#signature();
    if (mode === "plain") return { query, body: text };
    const ciphertext = encrypt(text, this.#account);
    const { timestamp = "", nonce = "" } = query;
    const signature = sign(this.#account.pushToken, timestamp, nonce, ciphertext);
    return {
      query: { ...query, encrypt_type: "aes", msg_signature: signature },
      body: this.#wrap(ciphertext, mode === "safe" ? "" : text),
    };
  }

  #wrap(ciphertext: string, text: string): string {
    const { originalId } = this.#account;
    if (this.#options.format() === "json") {
      const open = text === "" ? { ToUserName: originalId } : JSON.parse(text);
      return JSON.stringify({ ...open, Encrypt: ciphertext });
    }
    const open = text === "" ? `<ToUserName><![CDATA[${originalId}]]></ToUserName>` : text.slice(5, -6);
    return `<xml>${open}\n<Encrypt><![CDATA[${ciphertext}]]></Encrypt></xml>`;
  }

  #signature(): Record<string, string> {
    const timestamp = String(Math.floor(this.#options.now() / 1000));
    const nonce = String(randomInt(1_000_000_000));
    return { signature: sign(this.#account.pushToken, timestamp, nonce), timestamp, nonce };
  }

  /** The answer, or nothing if the call was not taken within five seconds. */
  async #call(method: string, query: Record<string, string>, body?: string): Promise<string | undefined> {
    const address = this.#options.receiptsUrl();
    if (!address) return undefined;
    const headers = { "content-type": this.#options.format() === "json" ? "application/json" : "text/xml" };
    try {
      const url = `${address}?${new URLSearchParams(query)}`;
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(url, { method, signal, ...(body !== undefined && { headers, body }) });
      return response.status === 200 ? await response.text() : undefined;
    } catch {
      return undefined;
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
