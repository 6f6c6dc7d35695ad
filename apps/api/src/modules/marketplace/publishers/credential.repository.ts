import { schema } from "@tidings/db";
import { and, asc, count, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { publisherKeys, publisherTokens, publishers } = schema;

export type PublisherKeyRow = typeof publisherKeys.$inferSelect;
export type PublisherTokenRow = typeof publisherTokens.$inferSelect;

export async function listKeys(tx: Tx, publisherId: string): Promise<PublisherKeyRow[]> {
  return tx.db
    .select()
    .from(publisherKeys)
    .where(eq(publisherKeys.publisherId, publisherId))
    .orderBy(asc(publisherKeys.createdAt), asc(publisherKeys.keyId));
}

/** Undefined where the publisher has the key, or had it. */
export async function insertKey(
  tx: Tx,
  row: typeof publisherKeys.$inferInsert,
): Promise<PublisherKeyRow | undefined> {
  const [saved] = await tx.db.insert(publisherKeys).values(row).onConflictDoNothing().returning();
  return saved;
}

/** Undefined where there is no such live key. */
export async function revokeKey(
  tx: Tx,
  publisherId: string,
  keyId: string,
  revokedAt: Date,
): Promise<PublisherKeyRow | undefined> {
  const [row] = await tx.db
    .update(publisherKeys)
    .set({ revokedAt })
    .where(
      and(
        eq(publisherKeys.publisherId, publisherId),
        eq(publisherKeys.keyId, keyId),
        isNull(publisherKeys.revokedAt),
      ),
    )
    .returning();
  return row;
}

/** The newest hundred, those that have ended included. */
export async function listTokens(tx: Tx, publisherId: string): Promise<PublisherTokenRow[]> {
  return tx.db
    .select()
    .from(publisherTokens)
    .where(eq(publisherTokens.publisherId, publisherId))
    .orderBy(sql`${publisherTokens.createdAt} desc`)
    .limit(100);
}

export async function countLiveTokens(tx: Tx, publisherId: string, now: Date): Promise<number> {
  const [row] = await tx.db
    .select({ count: count() })
    .from(publisherTokens)
    .where(
      and(
        eq(publisherTokens.publisherId, publisherId),
        isNull(publisherTokens.revokedAt),
        gt(publisherTokens.expiresAt, now),
      ),
    );
  return row?.count ?? 0;
}

export async function insertToken(
  tx: Tx,
  row: typeof publisherTokens.$inferInsert,
): Promise<PublisherTokenRow> {
  const [saved] = await tx.db.insert(publisherTokens).values(row).returning();
  if (!saved) throw new Error("the insert gave no row");
  return saved;
}

/** Undefined where there is no such live token. */
export async function revokeToken(
  tx: Tx,
  publisherId: string,
  tokenId: string,
  revokedAt: Date,
): Promise<PublisherTokenRow | undefined> {
  const [row] = await tx.db
    .update(publisherTokens)
    .set({ revokedAt })
    .where(
      and(
        eq(publisherTokens.publisherId, publisherId),
        eq(publisherTokens.id, tokenId),
        isNull(publisherTokens.revokedAt),
      ),
    )
    .returning();
  return row;
}

/** The token behind a hash and its publisher's slug, if it is neither revoked nor expired. */
export async function findLiveToken(
  tx: Tx,
  tokenHash: Uint8Array,
  now: Date,
): Promise<{ id: string; name: string; publisherId: string; slug: string } | undefined> {
  const [row] = await tx.db
    .select({
      id: publisherTokens.id,
      name: publisherTokens.name,
      publisherId: publisherTokens.publisherId,
      slug: publishers.slug,
    })
    .from(publisherTokens)
    .innerJoin(publishers, eq(publishers.id, publisherTokens.publisherId))
    .where(
      and(
        eq(publisherTokens.tokenHash, tokenHash),
        isNull(publisherTokens.revokedAt),
        gt(publisherTokens.expiresAt, now),
      ),
    );
  return row;
}

/** Notes that the token is in use, at most once a minute. */
export async function noteTokenUse(tx: Tx, tokenId: string, usedAt: Date): Promise<void> {
  const before = new Date(usedAt.getTime() - 60_000);
  await tx.db
    .update(publisherTokens)
    .set({ usedAt })
    .where(
      and(
        eq(publisherTokens.id, tokenId),
        or(isNull(publisherTokens.usedAt), lt(publisherTokens.usedAt, before)),
      ),
    );
}
