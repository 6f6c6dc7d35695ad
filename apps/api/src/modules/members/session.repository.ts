import { schema } from "@tidings/db";
import { and, eq, lt, ne, or } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

const { sessions } = schema;

export type SessionRow = typeof sessions.$inferSelect;

export async function insertSession(tx: Tx, row: typeof sessions.$inferInsert): Promise<void> {
  await tx.db.insert(sessions).values(row);
}

export async function findSession(tx: Tx, tokenHash: Uint8Array): Promise<SessionRow | undefined> {
  const [row] = await tx.db.select().from(sessions).where(eq(sessions.tokenHash, tokenHash));
  return row;
}

export async function noteSessionUse(tx: Tx, sessionId: string, usedAt: Date): Promise<void> {
  await tx.db.update(sessions).set({ usedAt }).where(eq(sessions.id, sessionId));
}

export async function moveSession(tx: Tx, tokenHash: Uint8Array, currentTenantId: string): Promise<void> {
  await tx.db.update(sessions).set({ currentTenantId }).where(eq(sessions.tokenHash, tokenHash));
}

export async function deleteSession(tx: Tx, tokenHash: Uint8Array): Promise<void> {
  await tx.db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

export async function deleteOtherSessions(tx: Tx, accountId: string, tokenHash: Uint8Array): Promise<void> {
  await tx.db
    .delete(sessions)
    .where(and(eq(sessions.accountId, accountId), ne(sessions.tokenHash, tokenHash)));
}

/** Removes the account's sessions that have ended by themselves. */
export async function deleteEndedSessions(
  tx: Tx,
  accountId: string,
  ended: { expiredBy: Date; idleSince: Date },
): Promise<void> {
  await tx.db
    .delete(sessions)
    .where(
      and(
        eq(sessions.accountId, accountId),
        or(lt(sessions.expiresAt, ended.expiredBy), lt(sessions.usedAt, ended.idleSince)),
      ),
    );
}

/** The tenants in which the account is an active member, oldest membership first. Needs no tenant. */
export async function listMemberships(tx: Tx, accountId: string): Promise<{ id: string; name: string }[]> {
  const rows = await tx.sql<{ tenant_id: string; tenant_name: string }[]>`
    select tenant_id, tenant_name from find_memberships(${toUuid("account", accountId)})`;
  return rows.map((row) => ({ id: fromUuid("tenant", row.tenant_id), name: row.tenant_name }));
}
