import { verify } from "node:crypto";
import { readJsonObject } from "@tidings/sdk/testing";
import type { Account } from "./account.ts";
import type { Reason } from "./reasons.ts";

const LONGEST_AGE_MS = 60 * 60_000;
const SHORTEST_USE_MS = 20 * 60_000;
/** How far a clock may be ahead. */
const SKEW_MS = 60_000;

/**
 * Checks provider tokens, signature and all, and how often each connection comes with another.
 * https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 */
export class ProviderTokens {
  readonly #account: Account;
  readonly #latest = new WeakMap<object, { token: string; at: number }>();
  readonly #seen = new Set<string>();
  #expired: ReadonlySet<string> = new Set();

  constructor(account: Account) {
    this.#account = account;
  }

  /** What is wrong with the token that a connection carries, or nothing. */
  check(connection: object, authorization: string | undefined, now: number): Reason | undefined {
    const token = /^bearer (.+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "MissingProviderToken";
    const issuedAt = this.#read(token);
    if (issuedAt === undefined || issuedAt > now + SKEW_MS) return "InvalidProviderToken";
    if (now - issuedAt > LONGEST_AGE_MS || this.#expired.has(token)) return "ExpiredProviderToken";
    return this.#use(connection, token, now);
  }

  /** Ends all tokens that have been used so far, before their time. */
  expire(): void {
    this.#expired = new Set(this.#seen);
  }

  get count(): number {
    return this.#seen.size;
  }

  #use(connection: object, token: string, now: number): Reason | undefined {
    const latest = this.#latest.get(connection);
    if (latest?.token === token) return undefined;
    const isHasty = latest && now - latest.at < SHORTEST_USE_MS && !this.#expired.has(latest.token);
    if (isHasty) return "TooManyProviderTokenUpdates";
    this.#latest.set(connection, { token, at: now });
    this.#seen.add(token);
    return undefined;
  }

  /** When a genuine token was issued, milliseconds since 1970. */
  #read(token: string): number | undefined {
    const [header = "", claims = "", signature = "", ...more] = token.split(".");
    const { alg, kid } = readPart(header);
    const { iss, iat } = readPart(claims);
    const { teamId, keyId, publicKey } = this.#account;
    if (alg !== "ES256" || kid !== keyId || iss !== teamId || more.length > 0) return undefined;
    const key = { key: publicKey, dsaEncoding: "ieee-p1363" as const };
    const isGenuine = verify(
      "sha256",
      Buffer.from(`${header}.${claims}`),
      key,
      Buffer.from(signature, "base64url"),
    );
    return isGenuine && Number.isInteger(iat) ? Number(iat) * 1000 : undefined;
  }
}

const readPart = (part: string) => readJsonObject(Buffer.from(part, "base64url").toString()) ?? {};
