import { setTimeout as delay } from "node:timers/promises";
import { NoTokenError } from "./no-token-error.ts";
import type { AccessToken, NewToken, TokenPlace, TokenStore } from "./token-store.ts";

/** How often is looked whether another process has fetched the token. */
const POLL_MS = 100;
/** A lease outlasts the token request by what it takes to keep the answer. */
const LEASE_MARGIN_MS = 5_000;

export interface Sharing {
  store: TokenStore;
  place: TokenPlace;
  /** Asks the vendor for a token; rejects with NoTokenError. */
  fetch(): Promise<NewToken>;
  /** How long `fetch` may take, milliseconds. */
  timeoutMs: number;
  /** Milliseconds since 1970. */
  now(): number;
}

export const isFresh = (token: AccessToken, refused: number, now: number): boolean =>
  token.version > refused && now < token.renewAt;

export const isGood = (token: AccessToken, refused: number, now: number): boolean =>
  token.version > refused && now < token.expiresAt;

/**
 * The token of a place, which one process fetches for all: the one that gets the lease. The others wait for what it
 * keeps, or go on with a token that is to be renewed and still good.
 */
export async function shareToken(sharing: Sharing, refused: number): Promise<AccessToken> {
  const { store, place, timeoutMs, now } = sharing;
  const leaseMs = timeoutMs + LEASE_MARGIN_MS;
  const giveUpAt = performance.now() + leaseMs + LEASE_MARGIN_MS;
  while (performance.now() < giveUpAt) {
    const kept = await store.find(place);
    if (kept && isFresh(kept, refused, now())) return kept;
    const lease = await store.lease(place, { above: refused, at: now() }, leaseMs);
    const fetched = lease && (await fetchAndKeep(sharing, lease));
    if (fetched) return fetched;
    if (kept && isGood(kept, refused, now())) return kept;
    await delay(POLL_MS);
  }
  const detail = "Another process is still fetching the access token.";
  throw new NoTokenError({ error: "not_sent", detail });
}

/** Undefined if the lease ran out meanwhile: somebody else has fetched a token, which may have ended this one. */
async function fetchAndKeep(
  { store, place, fetch }: Sharing,
  lease: string,
): Promise<AccessToken | undefined> {
  let token: NewToken;
  try {
    token = await fetch();
  } catch (error) {
    // What the vendor said counts for more; a lease that is not given back runs out.
    await store.giveBack(place, lease).catch(() => undefined);
    throw error;
  }
  const version = await store.keep(place, lease, token);
  return version === undefined ? undefined : { ...token, version };
}
