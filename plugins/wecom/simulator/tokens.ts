import { randomBytes } from "node:crypto";
import type { WindowCount } from "@tidings/sdk/testing";
import type { Company } from "./company.ts";

/** The access tokens of the app: asked again, the vendor gives the same one until it ends. */
export class Tokens {
  readonly #company: Company;
  readonly #lifetimeMs: () => number;
  readonly #requests: WindowCount;
  /** When each token ends or ended. */
  readonly #ends = new Map<string, number>();
  #current = "";

  constructor(company: Company, lifetimeMs: () => number, requests: WindowCount) {
    this.#company = company;
    this.#lifetimeMs = lifetimeMs;
    this.#requests = requests;
  }

  /** A token and its seconds left, or the code of the refusal. */
  give(corpId: string | undefined, secret: string | undefined, now: number): TokenGift | number {
    if (!corpId) return 41002;
    if (!secret) return 41004;
    if (corpId !== this.#company.corpId) return 40013;
    if (secret !== this.#company.secret) return 40001;
    if (!this.#requests.allows("app", now)) return 45009;
    if (this.check(this.#current, now) !== undefined) this.#issue(now);
    return {
      access_token: this.#current,
      expires_in: Math.ceil(((this.#ends.get(this.#current) ?? now) - now) / 1000),
    };
  }

  /** The code of the refusal, or nothing when the token is good. */
  check(token: string | undefined, now: number): number | undefined {
    if (token === undefined || token === "") return 41001;
    const end = this.#ends.get(token);
    if (end === undefined) return 40014;
    return now < end ? undefined : 42001;
  }

  /** Ends the token before its time, as the vendor may. */
  revoke(): void {
    this.#ends.set(this.#current, 0);
  }

  #issue(now: number): void {
    this.#current = randomBytes(160).toString("base64url");
    this.#ends.set(this.#current, now + this.#lifetimeMs());
  }
}

export interface TokenGift {
  access_token: string;
  expires_in: number;
}
