import { schema } from "@tidings/db";
import { and, asc, eq, gt } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { accounts, publisherAccounts, publisherInvitations, publishers } = schema;

export type InvitationRow = typeof publisherInvitations.$inferSelect;

export interface PublisherLoginRow {
  accountId: string;
  email: string;
  createdAt: Date;
}

/** Who may act for a publisher, the first one first. */
export async function listLogins(tx: Tx, publisherId: string): Promise<PublisherLoginRow[]> {
  return tx.db
    .select({
      accountId: publisherAccounts.accountId,
      email: accounts.email,
      createdAt: publisherAccounts.createdAt,
    })
    .from(publisherAccounts)
    .innerJoin(accounts, eq(accounts.id, publisherAccounts.accountId))
    .where(eq(publisherAccounts.publisherId, publisherId))
    .orderBy(asc(publisherAccounts.createdAt), asc(publisherAccounts.accountId));
}

/** One that acts for it already stays as it is. */
export async function insertLogin(tx: Tx, row: typeof publisherAccounts.$inferInsert): Promise<void> {
  await tx.db.insert(publisherAccounts).values(row).onConflictDoNothing();
}

/** False where it did not act for the publisher. */
export async function deleteLogin(tx: Tx, publisherId: string, accountId: string): Promise<boolean> {
  const rows = await tx.db
    .delete(publisherAccounts)
    .where(and(eq(publisherAccounts.publisherId, publisherId), eq(publisherAccounts.accountId, accountId)))
    .returning({ accountId: publisherAccounts.accountId });
  return rows.length > 0;
}

/** Those that can still be accepted, the first one first. */
export async function listInvitations(tx: Tx, publisherId: string, now: Date): Promise<InvitationRow[]> {
  return tx.db
    .select()
    .from(publisherInvitations)
    .where(and(eq(publisherInvitations.publisherId, publisherId), gt(publisherInvitations.expiresAt, now)))
    .orderBy(asc(publisherInvitations.createdAt), asc(publisherInvitations.id));
}

/** A second one of the same email takes the first one's place. */
export async function saveInvitation(
  tx: Tx,
  { createdAt, ...row }: typeof publisherInvitations.$inferInsert & { createdAt: Date },
): Promise<InvitationRow> {
  const [saved] = await tx.db
    .insert(publisherInvitations)
    .values({ ...row, createdAt })
    .onConflictDoUpdate({
      target: [publisherInvitations.publisherId, publisherInvitations.email],
      set: { invitedBy: row.invitedBy, expiresAt: row.expiresAt, createdAt },
    })
    .returning();
  if (!saved) throw new Error("the insert gave no row");
  return saved;
}

/** Undefined where the publisher has no such invitation. */
export async function deleteInvitation(
  tx: Tx,
  publisherId: string,
  invitationId: string,
): Promise<InvitationRow | undefined> {
  const [row] = await tx.db
    .delete(publisherInvitations)
    .where(and(eq(publisherInvitations.publisherId, publisherId), eq(publisherInvitations.id, invitationId)))
    .returning();
  return row;
}

/** An invitation as the one who got it sees it. */
export interface ReceivedInvitation extends Pick<InvitationRow, "id" | "invitedBy" | "expiresAt"> {
  publisher: { id: string; slug: string; name: string };
}

/** The invitations of a login that it can still accept, the last one first; one of them where an id is given. */
export async function listReceived(
  tx: Tx,
  accountId: string,
  now: Date,
  invitationId?: string,
): Promise<ReceivedInvitation[]> {
  return tx.db
    .select({
      id: publisherInvitations.id,
      invitedBy: publisherInvitations.invitedBy,
      expiresAt: publisherInvitations.expiresAt,
      publisher: { id: publishers.id, slug: publishers.slug, name: publishers.name },
    })
    .from(publisherInvitations)
    .innerJoin(accounts, eq(accounts.email, publisherInvitations.email))
    .innerJoin(publishers, eq(publishers.id, publisherInvitations.publisherId))
    .where(
      and(
        eq(accounts.id, accountId),
        gt(publisherInvitations.expiresAt, now),
        invitationId ? eq(publisherInvitations.id, invitationId) : undefined,
      ),
    )
    .orderBy(asc(publishers.slug))
    .limit(MOST_RECEIVED);
}

/** Anybody may invite; nobody has to read through all of it. */
const MOST_RECEIVED = 50;
