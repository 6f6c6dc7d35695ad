import type { RequestContext } from "../../../platform/context.ts";
import type { Database } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { loginOf, recordInstallationAudit } from "../../operators/index.ts";
import { tooManyPublisherTokens } from "../marketplace.errors.ts";
import {
  countLiveTokens,
  insertToken,
  listTokens,
  type PublisherTokenRow,
  revokeToken,
} from "./credential.repository.ts";
import { lockPublisher } from "./publisher.repository.ts";
import { generatePublisherToken, MAX_LIVE_PUBLISHER_TOKENS } from "./publisher.rules.ts";
import { getOwnPublisher, namedPublisher } from "./publisher.service.ts";

export interface CreatePublisherToken {
  name: string;
  validDays: number;
}

/** A token together with its text, which is shown this once. */
export type NewPublisherToken = PublisherTokenRow & { token: string };

const DAY_MS = 86_400_000;

export function createPublisherTokenService({ database }: { database: Pick<Database, "transaction"> }) {
  return {
    async listTokens(ctx: RequestContext, slug: string): Promise<PublisherTokenRow[]> {
      return database.transaction(async (tx) => {
        const publisher = await getOwnPublisher(tx, loginOf(ctx), slug);
        return listTokens(tx, publisher.id);
      });
    },

    async createToken(
      ctx: RequestContext,
      slug: string,
      { name, validDays }: CreatePublisherToken,
    ): Promise<NewPublisherToken> {
      const login = loginOf(ctx);
      return database.transaction(async (tx) => {
        const publisher = await getOwnPublisher(tx, login, slug);
        await lockPublisher(tx, publisher.id);
        const live = await countLiveTokens(tx, publisher.id, ctx.now());
        if (live >= MAX_LIVE_PUBLISHER_TOKENS) {
          throw tooManyPublisherTokens(`"${slug}" has ${live} live tokens; revoke one of them first.`);
        }
        const { token, tokenHash } = generatePublisherToken();
        const expiresAt = new Date(ctx.now().getTime() + validDays * DAY_MS);
        const id = newId("publisherToken");
        const row = await insertToken(tx, { id, publisherId: publisher.id, name, tokenHash, expiresAt });
        await recordInstallationAudit(tx, login, {
          action: "publisher.token_created",
          ...namedPublisher(publisher),
          after: { tokenId: id, name, expiresAt: expiresAt.toISOString() },
        });
        return { ...row, token };
      });
    },

    async revokeToken(ctx: RequestContext, slug: string, tokenId: string): Promise<void> {
      const login = loginOf(ctx);
      await database.transaction(async (tx) => {
        const publisher = await getOwnPublisher(tx, login, slug);
        const revoked = await revokeToken(tx, publisher.id, tokenId, ctx.now());
        if (!revoked) throw noSuch("live token", tokenId);
        await recordInstallationAudit(tx, login, {
          action: "publisher.token_revoked",
          ...namedPublisher(publisher),
          before: { tokenId, name: revoked.name },
        });
      });
    },
  };
}

export type PublisherTokenService = ReturnType<typeof createPublisherTokenService>;
