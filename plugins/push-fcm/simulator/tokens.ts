import { randomBytes } from "node:crypto";
import type { Account } from "./account.ts";
import { findFault, type GrantFault } from "./assertion.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

export interface TokenGift {
  access_token: string;
  expires_in: number;
  token_type: "Bearer";
}

/** The access tokens of the account. An earlier one stays good beside a later. */
export class Tokens {
  readonly #account: Account;
  readonly #lifetimeSeconds: () => number;
  readonly #ends = new Map<string, number>();

  constructor(account: Account, lifetimeSeconds: () => number) {
    this.#account = account;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** A token for what the holder of the account's key has signed for this address. */
  give(form: URLSearchParams, audience: string, now: number): TokenGift | GrantFault {
    if (form.get("grant_type") !== GRANT) {
      return { error: "unsupported_grant_type", error_description: "Invalid grant_type" };
    }
    const fault = findFault(form.get("assertion") ?? "", this.#account, audience, now);
    if (fault) return fault;
    const token = `ya29.${randomBytes(60).toString("base64url")}`;
    const lifetimeSeconds = this.#lifetimeSeconds();
    this.#ends.set(token, now + lifetimeSeconds * 1000);
    return { access_token: token, expires_in: lifetimeSeconds, token_type: "Bearer" };
  }

  isGood(authorization: string | undefined, now: number): boolean {
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "";
    return now < (this.#ends.get(token) ?? 0);
  }

  get givenCount(): number {
    return this.#ends.size;
  }

  /** Ends all tokens before their time. */
  revoke(): void {
    for (const token of this.#ends.keys()) this.#ends.set(token, 0);
  }
}
