import { randomInt } from "node:crypto";
import { sealEnvelope, signSorted } from "./envelope.ts";
import { callReceiver, Pushes, type PushHabit } from "./pushes.ts";

/** `plain`, `compatible` (both) or `safe` (encrypted alone): what the account's owner has chosen. */
export type PushMode = "plain" | "compatible" | "safe";

export type PushFormat = "xml" | "json";

/** Whose events are pushed, and what seals them. */
export interface PushingAccount {
  appId: string;
  /** How pushes name the account. */
  originalId: string;
  pushToken: string;
  encodingAesKey: string;
}

/** What an event says beside what happened. */
export interface PushStamp {
  originalId: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface SealedPusherOptions<Event> {
  /** An event in the form that is pushed. */
  write(event: Event, stamp: PushStamp, format: PushFormat): string;
  /** Read at each push, so that it may be set after the start. */
  receiptsUrl(): string | undefined;
  mode(): PushMode;
  format(): PushFormat;
  habit(): PushHabit | undefined;
  delayMs(): number;
  /** The waits before each repeat of a push that was not taken. */
  retryDelaysMs: number[];
  now(): number;
}

const PATIENCE_MS = 5000;

/** Pushes events to the account's address, signed and encrypted, and again after a failure. */
export class SealedPusher<Event> {
  readonly #account: PushingAccount;
  readonly #options: SealedPusherOptions<Event>;
  readonly #pushes: Pushes;

  constructor(account: PushingAccount, options: SealedPusherOptions<Event>) {
    this.#account = account;
    this.#options = options;
    this.#pushes = new Pushes(options);
  }

  tell(event: Event): void {
    const stamp = { originalId: this.#account.originalId, at: this.#options.now() };
    const text = this.#options.write(event, stamp, this.#options.format());
    this.#pushes.schedule(this.#options.delayMs(), async () => {
      const { query, body } = this.#seal(text);
      return (await this.#call("POST", query, body)) !== undefined;
    });
  }

  /** Asks the address whether it is listening, as when somebody enters it in the vendor's console. */
  async proveAddress(): Promise<boolean> {
    const echostr = String(randomInt(1_000_000_000));
    const answer = await this.#call("GET", { ...this.#signature(), echostr });
    return answer === echostr;
  }

  close(): void {
    this.#pushes.close();
  }

  #seal(text: string): { query: Record<string, string>; body: string } {
    const mode = this.#options.mode();
    const query = this.#signature();
    if (mode === "plain") return { query, body: text };
    const { pushToken, appId, encodingAesKey } = this.#account;
    const ciphertext = sealEnvelope(text, { name: appId, key: encodingAesKey });
    const { timestamp = "", nonce = "" } = query;
    const signature = signSorted(pushToken, timestamp, nonce, ciphertext);
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
    return { signature: signSorted(this.#account.pushToken, timestamp, nonce), timestamp, nonce };
  }

  async #call(method: string, query: Record<string, string>, body?: string): Promise<string | undefined> {
    const address = this.#options.receiptsUrl();
    if (!address) return undefined;
    const headers = { "content-type": this.#options.format() === "json" ? "application/json" : "text/xml" };
    const request = { method, ...(body !== undefined && { headers, body }) };
    return callReceiver(`${address}?${new URLSearchParams(query)}`, request, PATIENCE_MS);
  }
}
