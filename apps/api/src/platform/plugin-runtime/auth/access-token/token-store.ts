/** Whose token it is: one for each revision of a channel's settings and secrets. */
export interface TokenPlace {
  tenantId: string;
  channelId: string;
  revision: number;
  /** The scheme's name in the manifest. */
  scheme: string;
}

/** A token as it came from the vendor. Times are milliseconds since 1970. */
export interface NewToken {
  value: string;
  /** From then on another one is fetched, while this one is still good. */
  renewAt: number;
  expiresAt: number;
}

export interface AccessToken extends NewToken {
  /** Rises with every token of a place. */
  version: number;
}

/**
 * Where the processes of an installation share their tokens. Who wants to fetch one takes a lease first, so that only
 * one of them does; a lease that is neither used nor given back runs out.
 */
export interface TokenStore {
  find(place: TokenPlace): Promise<AccessToken | undefined>;
  /**
   * Gives the lease, unless somebody else has it, or a token above the version has been kept that need not be renewed
   * at the given moment.
   */
  lease(
    place: TokenPlace,
    unless: { above: number; at: number },
    leaseMs: number,
  ): Promise<string | undefined>;
  /** Keeps what was fetched and ends the lease; answers the version, or undefined when the lease had run out. */
  keep(place: TokenPlace, lease: string, token: NewToken): Promise<number | undefined>;
  giveBack(place: TokenPlace, lease: string): Promise<void>;
}
