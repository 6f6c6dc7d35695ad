import { randomBytes } from "node:crypto";
import type { VendorApp } from "./app.ts";

/** The access tokens of the app: asked again, the vendor gives the same one and lets it live on. */
export class Tokens {
  readonly #app: VendorApp;
  readonly #lifetimeSeconds: () => number;
  /** When each token ends or ended. */
  readonly #ends = new Map<string, number>();
  #current = "";

  constructor(app: VendorApp, lifetimeSeconds: () => number) {
    this.#app = app;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** A token and its seconds, or the code of the refusal. */
  give(appKey: string | undefined, appSecret: string | undefined, now: number): TokenGift | number {
    if (!appKey || !appSecret) return 40035;
    if (appKey !== this.#app.appKey || appSecret !== this.#app.appSecret) return 40089;
    if (this.check(this.#current, now) !== undefined) this.#current = randomBytes(16).toString("hex");
    const seconds = this.#lifetimeSeconds();
    this.#ends.set(this.#current, now + seconds * 1000);
    return { access_token: this.#current, expires_in: seconds };
  }

  /** The code of the refusal, or nothing when the token is good. */
  check(token: string | undefined, now: number): number | undefined {
    if (token === undefined || token === "") return 41001;
    const end = this.#ends.get(token);
    if (end === undefined) return 40014;
    return now < end ? undefined : 42001;
  }

  /** Takes the token back before its time, as the vendor may. */
  revoke(): void {
    this.#ends.delete(this.#current);
  }
}

export interface TokenGift {
  access_token: string;
  expires_in: number;
}
