import { schema } from "@tidings/db";
import { and, asc, count, eq, exists, gt, sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../../platform/http/index.ts";

const { publisherAccounts, publishers } = schema;

export type PublisherRow = typeof publishers.$inferSelect;

export async function insertPublisher(
  tx: Tx,
  row: typeof publishers.$inferInsert,
  accountId: string,
): Promise<PublisherRow> {
  const [saved] = await tx.db.insert(publishers).values(row).returning();
  if (!saved) throw new Error("the insert gave no row");
  await tx.db.insert(publisherAccounts).values({ publisherId: saved.id, accountId });
  return saved;
}

export async function findPublisherBySlug(tx: Tx, slug: string): Promise<PublisherRow | undefined> {
  const [row] = await tx.db.select().from(publishers).where(eq(publishers.slug, slug));
  return row;
}

/** Locked, so that what is counted of it stays as it was counted. */
export async function lockPublisher(tx: Tx, publisherId: string): Promise<PublisherRow | undefined> {
  const [row] = await tx.db.select().from(publishers).where(eq(publishers.id, publisherId)).for("update");
  return row;
}

const belongsTo = (tx: Tx, accountId: string) =>
  exists(
    tx.db
      .select({ one: sql`1` })
      .from(publisherAccounts)
      .where(
        and(eq(publisherAccounts.publisherId, publishers.id), eq(publisherAccounts.accountId, accountId)),
      ),
  );

/** By slug; a login has a few at most. */
export async function listPublishersOf(tx: Tx, accountId: string): Promise<PublisherRow[]> {
  return tx.db.select().from(publishers).where(belongsTo(tx, accountId)).orderBy(asc(publishers.slug));
}

export async function isOfPublisher(tx: Tx, publisherId: string, accountId: string): Promise<boolean> {
  const rows = await tx.db
    .select({ id: publishers.id })
    .from(publishers)
    .where(and(eq(publishers.id, publisherId), belongsTo(tx, accountId)));
  return rows.length > 0;
}

/** How many publishers a login has, counted while it can make no further one. */
export async function countPublishersOf(tx: Tx, accountId: string): Promise<number> {
  await tx.sql`select pg_advisory_xact_lock(hashtext('publishers'), hashtext(${accountId}))`;
  const [row] = await tx.db
    .select({ count: count() })
    .from(publisherAccounts)
    .where(eq(publisherAccounts.accountId, accountId));
  return row?.count ?? 0;
}

export async function listPublishers(
  tx: Tx,
  filter: { state?: PublisherRow["state"] | undefined },
  page: PageRequest,
): Promise<PublisherRow[]> {
  const cursor = readCursor(page, "name");
  return tx.db
    .select()
    .from(publishers)
    .where(
      and(
        filter.state ? eq(publishers.state, filter.state) : undefined,
        cursor ? gt(publishers.slug, cursor) : undefined,
      ),
    )
    .orderBy(asc(publishers.slug))
    .limit(page.limit + 1);
}

/** Undefined where it has that state already. */
export async function updatePublisherState(
  tx: Tx,
  publisherId: string,
  from: PublisherRow["state"],
  state: PublisherRow["state"],
): Promise<PublisherRow | undefined> {
  const [row] = await tx.db
    .update(publishers)
    .set({ state })
    .where(and(eq(publishers.id, publisherId), eq(publishers.state, from)))
    .returning();
  return row;
}
