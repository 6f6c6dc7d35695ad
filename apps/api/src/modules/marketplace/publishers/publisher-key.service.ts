import { keyIdOf } from "@tidings/sdk/package";
import type { RequestContext } from "../../../platform/context.ts";
import type { Database, Tx } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { loginOf, recordInstallationAudit } from "../../operators/index.ts";
import { publisherKeyKnown, tooManyPublisherKeys } from "../marketplace.errors.ts";
import { insertKey, listKeys, type PublisherKeyRow, revokeKey } from "./credential.repository.ts";
import { lockPublisher, type PublisherRow } from "./publisher.repository.ts";
import { MAX_LIVE_PUBLISHER_KEYS, MAX_PUBLISHER_KEYS } from "./publisher.rules.ts";
import { getOwnPublisher, namedPublisher } from "./publisher.service.ts";

export function createPublisherKeyService({ database }: { database: Pick<Database, "transaction"> }) {
  return {
    async listKeys(ctx: RequestContext, slug: string): Promise<PublisherKeyRow[]> {
      return database.transaction(async (tx) => {
        const publisher = await getOwnPublisher(tx, loginOf(ctx), slug);
        return listKeys(tx, publisher.id);
      });
    },

    /**
     * Believes a key from now on. That somebody holds the private half is proved by the first signature made with it; a
     * foreign key that is registered here signs nothing for this publisher, because a statement names its publisher.
     */
    async addKey(ctx: RequestContext, slug: string, publicKey: Uint8Array): Promise<PublisherKeyRow> {
      const login = loginOf(ctx);
      return database.transaction(async (tx) => {
        const publisher = await getOwnPublisher(tx, login, slug);
        await lockPublisher(tx, publisher.id);
        await assertRoom(tx, publisher);
        const keyId = keyIdOf(publicKey);
        const saved = await insertKey(tx, { publisherId: publisher.id, keyId, publicKey });
        if (!saved) throw publisherKeyKnown(`"${slug}" has, or had, the key ${keyId}; make a new one.`);
        await recordInstallationAudit(tx, login, {
          action: "publisher.key_added",
          ...namedPublisher(publisher),
          after: { keyId },
        });
        return saved;
      });
    },

    /** What was listed stays listed; nothing further that was signed with the key is taken. */
    async revokeKey(ctx: RequestContext, slug: string, keyId: string): Promise<void> {
      const login = loginOf(ctx);
      await database.transaction(async (tx) => {
        const publisher = await getOwnPublisher(tx, login, slug);
        if (!(await revokeKey(tx, publisher.id, keyId, ctx.now()))) throw noSuch("live key", keyId);
        await recordInstallationAudit(tx, login, {
          action: "publisher.key_revoked",
          ...namedPublisher(publisher),
          before: { keyId },
        });
      });
    },
  };
}

export type PublisherKeyService = ReturnType<typeof createPublisherKeyService>;

async function assertRoom(tx: Tx, publisher: PublisherRow): Promise<void> {
  const keys = await listKeys(tx, publisher.id);
  const liveCount = keys.filter(({ revokedAt }) => revokedAt === null).length;
  if (liveCount >= MAX_LIVE_PUBLISHER_KEYS) {
    throw tooManyPublisherKeys(`"${publisher.slug}" has ${liveCount} live keys; revoke one of them first.`);
  }
  if (keys.length >= MAX_PUBLISHER_KEYS) {
    throw tooManyPublisherKeys(`"${publisher.slug}" has had ${keys.length} keys, and may have no more.`);
  }
}
