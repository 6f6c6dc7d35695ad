import { randomBytes } from "node:crypto";
import { WindowCount } from "@tidings/sdk/testing";
import type { Account } from "./account.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** With this much of its life left, a token is followed by another, and both are good until it ends. */
const RENEW_BEFORE_MS = 5 * MINUTE_MS;
const FORCED_PAUSE_MS = 30_000;
const FORCED_A_DAY = 20;
const REQUESTS_A_MINUTE = 10_000;

export interface TokenGift {
  access_token: string;
  expires_in: number;
}

/** The stable access tokens of the account. */
export class Tokens {
  readonly #account: Account;
  readonly #lifetimeMs: () => number;
  /** When each token ends or ended. */
  readonly #ends = new Map<string, number>();
  /** What was invalidated before its end. */
  readonly #revoked = new Set<string>();
  readonly #requests = new WindowCount(REQUESTS_A_MINUTE, MINUTE_MS);
  readonly #forced = new WindowCount(FORCED_A_DAY, DAY_MS);
  #forcedAt = Number.NEGATIVE_INFINITY;
  #current = "";

  constructor(account: Account, lifetimeMs: () => number) {
    this.#account = account;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A token and its seconds left, or the code of the refusal. */
  give(body: Record<string, unknown>, now: number): TokenGift | number {
    if (!this.#requests.allows("", now)) return 45011;
    if (body.grant_type !== "client_credential") return 40002;
    if (!body.appid) return 41002;
    if (!body.secret) return 41004;
    if (body.appid !== this.#account.appId) return 40013;
    if (body.secret !== this.#account.appSecret) return 40125;
    if (body.force_refresh === true) this.#force(now);
    if (this.#msLeft(now) < Math.min(RENEW_BEFORE_MS, this.#lifetimeMs() / 2)) this.#issue(now);
    return { access_token: this.#current, expires_in: Math.ceil(this.#msLeft(now) / 1000) };
  }

  /** The code of the refusal, or nothing when the token is good. */
  check(token: string | undefined, now: number): number | undefined {
    if (!token) return 41001;
    const end = this.#ends.get(token);
    if (end === undefined || this.#revoked.has(token)) return 40001;
    return now < end ? undefined : 42001;
  }

  /** Ends the current token before its time, as somebody's forced refresh does. */
  revoke(): void {
    this.#revoked.add(this.#current);
    this.#current = "";
  }

  /** Asked again within half a minute, or above the day's number, the token stays as it is. */
  #force(now: number): void {
    if (now - this.#forcedAt < FORCED_PAUSE_MS || !this.#forced.allows("", now)) return;
    this.#forcedAt = now;
    this.revoke();
  }

  #msLeft(now: number): number {
    return (this.#ends.get(this.#current) ?? now) - now;
  }

  #issue(now: number): void {
    this.#current = randomBytes(96).toString("base64url");
    this.#ends.set(this.#current, now + this.#lifetimeMs());
  }
}
