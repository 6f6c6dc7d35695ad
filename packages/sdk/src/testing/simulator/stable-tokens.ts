import { randomBytes } from "node:crypto";
import { WindowCount } from "./window-count.ts";

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

/** The codes by which the vendor refuses to give, or to take, a token. */
export interface TokenRefusals {
  tooMany: number;
  otherGrantType: number;
  noAppId: number;
  noSecret: number;
  otherAppId: number;
  wrongSecret: number;
  missing: number;
  invalid: number;
  expired: number;
}

/** Access tokens that stay the same until they are nearly over, or somebody forces a new one. */
export class StableTokens {
  readonly #account: { appId: string; appSecret: string };
  readonly #refusals: TokenRefusals;
  readonly #lifetimeMs: () => number;
  /** When each token ends or ended. */
  readonly #ends = new Map<string, number>();
  /** What was invalidated before its end. */
  readonly #revoked = new Set<string>();
  readonly #requests = new WindowCount(REQUESTS_A_MINUTE, MINUTE_MS);
  readonly #forced = new WindowCount(FORCED_A_DAY, DAY_MS);
  #forcedAt = Number.NEGATIVE_INFINITY;
  #current = "";

  constructor(
    account: { appId: string; appSecret: string },
    { refusals, lifetimeMs }: { refusals: TokenRefusals; lifetimeMs: () => number },
  ) {
    this.#account = account;
    this.#refusals = refusals;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A token and its seconds left, or the code of the refusal. */
  give(body: Record<string, unknown>, now: number): TokenGift | number {
    const refusals = this.#refusals;
    if (!this.#requests.allows("", now)) return refusals.tooMany;
    if (body.grant_type !== "client_credential") return refusals.otherGrantType;
    if (!body.appid) return refusals.noAppId;
    if (!body.secret) return refusals.noSecret;
    if (body.appid !== this.#account.appId) return refusals.otherAppId;
    if (body.secret !== this.#account.appSecret) return refusals.wrongSecret;
    if (body.force_refresh === true) this.#force(now);
    if (this.#msLeft(now) < Math.min(RENEW_BEFORE_MS, this.#lifetimeMs() / 2)) this.#issue(now);
    return { access_token: this.#current, expires_in: Math.ceil(this.#msLeft(now) / 1000) };
  }

  /** The code of the refusal, or nothing when the token is good. */
  check(token: string | undefined, now: number): number | undefined {
    if (!token) return this.#refusals.missing;
    const end = this.#ends.get(token);
    if (end === undefined || this.#revoked.has(token)) return this.#refusals.invalid;
    return now < end ? undefined : this.#refusals.expired;
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
