import { schema } from "@tidings/db";
import { and, asc, eq } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import type { ListingKey } from "../listings/listing.repository.ts";

const { accounts, pluginReviews, publisherAccounts, publishers } = schema;

/** What an operator said, with the email they sign in with. */
export type ReviewRow = typeof pluginReviews.$inferSelect & { email: string };

export async function listReviews(tx: Tx, key: ListingKey): Promise<ReviewRow[]> {
  const rows = await tx.db
    .select({ review: pluginReviews, email: accounts.email })
    .from(pluginReviews)
    .innerJoin(accounts, eq(accounts.id, pluginReviews.accountId))
    .where(
      and(
        eq(pluginReviews.registryId, key.registryId),
        eq(pluginReviews.pluginId, key.pluginId),
        eq(pluginReviews.version, key.version),
      ),
    )
    .orderBy(asc(pluginReviews.createdAt));
  return rows.map(({ review, email }) => ({ ...review, email }));
}

/** False where the operator has said something about it already. */
export async function insertReview(tx: Tx, row: typeof pluginReviews.$inferInsert): Promise<boolean> {
  const rows = await tx.db
    .insert(pluginReviews)
    .values(row)
    .onConflictDoNothing()
    .returning({ accountId: pluginReviews.accountId });
  return rows.length > 0;
}

/** Whether a login may act for the publisher of a plugin. */
export async function isOfPublisherOf(tx: Tx, pluginId: string, accountId: string): Promise<boolean> {
  const slug = pluginId.split("/")[0] ?? "";
  const rows = await tx.db
    .select({ id: publishers.id })
    .from(publishers)
    .innerJoin(publisherAccounts, eq(publisherAccounts.publisherId, publishers.id))
    .where(and(eq(publishers.slug, slug), eq(publisherAccounts.accountId, accountId)));
  return rows.length > 0;
}
