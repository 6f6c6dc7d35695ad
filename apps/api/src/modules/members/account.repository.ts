import { schema } from "@tidings/db";
import { eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { newId } from "../../platform/ids.ts";

const { accounts } = schema;

export type AccountRow = typeof accounts.$inferSelect;

export async function findAccountByEmail(tx: Tx, email: string): Promise<AccountRow | undefined> {
  const [row] = await tx.db.select().from(accounts).where(eq(accounts.email, email));
  return row;
}

export async function findAccount(tx: Tx, accountId: string): Promise<AccountRow | undefined> {
  const [row] = await tx.db.select().from(accounts).where(eq(accounts.id, accountId));
  return row;
}

/** The account of the email, made with this password if there is none yet. An existing one keeps its password. */
export async function ensureAccount(tx: Tx, email: string, passwordHash: string): Promise<string> {
  const [created] = await tx.db
    .insert(accounts)
    .values({ id: newId("account"), email, passwordHash })
    .onConflictDoNothing({ target: accounts.email })
    .returning({ id: accounts.id });
  if (created) return created.id;
  const existing = await findAccountByEmail(tx, email);
  if (!existing) throw new Error("an account was deleted while it was linked");
  return existing.id;
}

export async function updatePassword(tx: Tx, accountId: string, passwordHash: string): Promise<void> {
  await tx.db.update(accounts).set({ passwordHash }).where(eq(accounts.id, accountId));
}
