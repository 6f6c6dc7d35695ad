import { schema } from "@tidings/db";
import { and, asc, eq, gt } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { toUuid } from "../../platform/ids.ts";

const { recipientLists } = schema;

export type RecipientListRow = typeof recipientLists.$inferSelect;

const thisList = (tenantId: string, listId: string) =>
  and(eq(recipientLists.tenantId, tenantId), eq(recipientLists.id, listId));

export async function insertRecipientList(
  tx: Tx,
  row: typeof recipientLists.$inferInsert,
): Promise<RecipientListRow> {
  const [saved] = await tx.db.insert(recipientLists).values(row).returning();
  return saved as RecipientListRow;
}

/** Lists by name. */
export async function listRecipientLists(
  tx: Tx,
  tenantId: string,
  page: PageRequest,
): Promise<RecipientListRow[]> {
  const cursor = readCursor(page, "name");
  return tx.db
    .select()
    .from(recipientLists)
    .where(and(eq(recipientLists.tenantId, tenantId), cursor ? gt(recipientLists.name, cursor) : undefined))
    .orderBy(asc(recipientLists.name))
    .limit(page.limit + 1);
}

export async function findRecipientList(
  tx: Tx,
  tenantId: string,
  listId: string,
): Promise<RecipientListRow | undefined> {
  const [row] = await tx.db.select().from(recipientLists).where(thisList(tenantId, listId));
  return row;
}

/** The list, kept from changes by others until the transaction ends. */
export async function lockRecipientList(
  tx: Tx,
  tenantId: string,
  listId: string,
): Promise<RecipientListRow | undefined> {
  const [row] = await tx.db.select().from(recipientLists).where(thisList(tenantId, listId)).for("update");
  return row;
}

export async function hasRecipientList(tx: Tx, tenantId: string, listId: string): Promise<boolean> {
  return (await findRecipientList(tx, tenantId, listId)) !== undefined;
}

export async function updateRecipientList(
  tx: Tx,
  tenantId: string,
  listId: string,
  changes: Partial<Pick<RecipientListRow, "name" | "note" | "entryCount" | "updatedAt">>,
): Promise<RecipientListRow> {
  const [row] = await tx.db.update(recipientLists).set(changes).where(thisList(tenantId, listId)).returning();
  return row as RecipientListRow;
}

export async function deleteRecipientList(tx: Tx, tenantId: string, listId: string): Promise<void> {
  await tx.db.delete(recipientLists).where(thisList(tenantId, listId));
}

/** How many messages and series that still make deliveries go by the list. */
export async function countUses({ sql }: Tx, tenantId: string, listId: string): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const list = toUuid("recipientList", listId);
  const named = sql`options ?| array['allowListId', 'denyListId']
    and ${list} in (options ->> 'allowListId', options ->> 'denyListId')`;
  const [row] = await sql<[{ count: number }]>`
    select (
      (select count(*) from messages where tenant_id = ${tenant} and ${named}
        and state in ('pending_approval', 'scheduled', 'expanding', 'sending', 'paused'))
      + (select count(*) from series where tenant_id = ${tenant} and ${named}
        and state in ('pending_approval', 'active'))
    )::int as count`;
  return row.count;
}
