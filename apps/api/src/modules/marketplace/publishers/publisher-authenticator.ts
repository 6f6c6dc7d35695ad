import type { Clock } from "../../../platform/clock.ts";
import { sha256 } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/database/index.ts";
import { unauthenticated } from "../../../platform/errors.ts";
import type { PublisherTokenHolder } from "../../../platform/http/index.ts";
import { findLiveToken, noteTokenUse } from "./credential.repository.ts";
import { looksLikePublisherToken } from "./publisher.rules.ts";

export interface PublisherAuthenticatorDeps {
  database: Pick<Database, "transaction">;
  clock: Clock;
}

/** Whose token it is; 401 for one that is unknown, expired or revoked, which are not told apart. */
export function createPublisherAuthenticator({ database, clock }: PublisherAuthenticatorDeps) {
  return async (token: string): Promise<PublisherTokenHolder> => {
    const found = looksLikePublisherToken(token)
      ? await database.transaction(async (tx) => {
          const now = clock.now();
          const holder = await findLiveToken(tx, sha256(token), now);
          if (holder) await noteTokenUse(tx, holder.id, now);
          return holder;
        })
      : undefined;
    if (!found) throw unauthenticated("The publisher's token is unknown, expired or revoked.");
    return { publisherId: found.publisherId, slug: found.slug, name: found.name };
  };
}
