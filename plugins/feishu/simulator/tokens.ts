import { randomBytes } from "node:crypto";
import type { VendorApp } from "./app.ts";

/** With this much of its life left, a token is given again; with less, a new one, and both are good. */
const RENEW_BEFORE_SECONDS = 1800;

/** The tenant access tokens of the app. */
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

  /** A token and its seconds left, or the code of the refusal. */
  give({ app_id: appId, app_secret: appSecret }: Record<string, unknown>, now: number): TokenGift | number {
    if (appId !== this.#app.appId) return 10003;
    if (appSecret !== this.#app.appSecret) return 10014;
    if (this.#secondsLeft(now) < RENEW_BEFORE_SECONDS) this.#issue(now);
    return { tenant_access_token: this.#current, expire: this.#secondsLeft(now) };
  }

  /** The code of the refusal, or nothing when the token is good. */
  check(authorization: string | undefined, now: number): number | undefined {
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined) return 99991661;
    const end = this.#ends.get(token);
    return end !== undefined && now < end ? undefined : 99991663;
  }

  /** Ends all tokens before their time, as the vendor may. */
  revoke(): void {
    this.#ends.clear();
  }

  #secondsLeft(now: number): number {
    return Math.ceil(((this.#ends.get(this.#current) ?? now) - now) / 1000);
  }

  #issue(now: number): void {
    this.#current = `t-${randomBytes(20).toString("hex")}`;
    this.#ends.set(this.#current, now + this.#lifetimeSeconds() * 1000);
  }
}

export interface TokenGift {
  tenant_access_token: string;
  expire: number;
}
