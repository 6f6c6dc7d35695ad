import { isFresh, isGood, type Sharing, shareToken } from "./share-token.ts";
import type { AccessToken, TokenStore } from "./token-store.ts";

/** A vendor that gave no token is not asked again before. */
const FAILURE_PAUSE_MS = 5_000;

export interface TokenSourceDeps extends Omit<Sharing, "store"> {
  /** Without it, nothing is shared: each source fetches a token of its own. */
  store: TokenStore | undefined;
}

/** Gives out the tokens of one scheme of a channel's revision. */
export interface TokenSource {
  /** A token above the version, which the vendor refuses; rejects with NoTokenError if there is none to be had. */
  get(refusedVersion?: number): Promise<AccessToken>;
}

/**
 * However many ask at once, one token is fetched: in this process because they wait for one promise, over all processes
 * because of the store's lease. A token that is to be renewed serves on while it is good and no other can be had.
 */
export function createTokenSource({ store, ...deps }: TokenSourceDeps): TokenSource {
  const { fetch, now } = deps;
  let current: AccessToken | undefined;
  let pending: Promise<AccessToken> | undefined;
  let failure: { error: unknown; until: number } | undefined;

  async function obtain(refused: number): Promise<AccessToken> {
    if (failure && now() < failure.until) return serveOn(refused, failure.error);
    try {
      current = store ? await shareToken({ store, ...deps }, refused) : await fetchOwn(refused);
      failure = undefined;
      return current;
    } catch (error) {
      failure = { error, until: now() + FAILURE_PAUSE_MS };
      return serveOn(refused, error);
    }
  }

  async function fetchOwn(refused: number): Promise<AccessToken> {
    const version = Math.max(refused, current?.version ?? 0) + 1;
    return { ...(await fetch()), version };
  }

  function serveOn(refused: number, error: unknown): AccessToken {
    if (current && isGood(current, refused, now())) return current;
    throw error;
  }

  return {
    async get(refused = 0) {
      for (;;) {
        if (current && isFresh(current, refused, now())) return current;
        pending ??= obtain(refused).finally(() => {
          pending = undefined;
        });
        const token = await pending;
        // Whoever began the request may not have known that its token is refused.
        if (token.version > refused) return token;
      }
    },
  };
}
