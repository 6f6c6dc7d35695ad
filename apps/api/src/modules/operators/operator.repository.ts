import { schema } from "@tidings/db";
import { asc, eq, inArray, notInArray } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

const { accounts, operators } = schema;

export interface OperatorRow {
  accountId: string;
  email: string;
  createdAt: Date;
}

/** What an operator may know of a tenant. */
export interface TenantName {
  id: string;
  code: string;
  name: string;
}

export async function isOperator(tx: Tx, accountId: string): Promise<boolean> {
  const rows = await tx.db
    .select({ accountId: operators.accountId })
    .from(operators)
    .where(eq(operators.accountId, accountId));
  return rows.length > 0;
}

export async function listOperators(tx: Tx): Promise<OperatorRow[]> {
  return tx.db
    .select({ accountId: operators.accountId, email: accounts.email, createdAt: operators.createdAt })
    .from(operators)
    .innerJoin(accounts, eq(accounts.id, operators.accountId))
    .orderBy(asc(accounts.email));
}

/** Makes the logins with these emails operators, as far as there are any; returns the new ones. */
export async function appointOperators(tx: Tx, emails: readonly string[]): Promise<OperatorRow[]> {
  const known = await tx.db
    .select()
    .from(accounts)
    .where(inArray(accounts.email, [...emails]));
  if (known.length === 0) return [];
  const added = await tx.db
    .insert(operators)
    .values(known.map(({ id }) => ({ accountId: id })))
    .onConflictDoNothing()
    .returning();
  return added.map((row) => ({ ...row, email: known.find(({ id }) => id === row.accountId)?.email ?? "" }));
}

/** Takes the office from everybody who has none of these emails; returns who had it. */
export async function dismissOthers(tx: Tx, emails: readonly string[]): Promise<OperatorRow[]> {
  const others = await tx.db
    .select({ accountId: operators.accountId, email: accounts.email, createdAt: operators.createdAt })
    .from(operators)
    .innerJoin(accounts, eq(accounts.id, operators.accountId))
    .where(notInArray(accounts.email, [...emails]));
  if (others.length > 0) {
    await tx.db.delete(operators).where(
      inArray(
        operators.accountId,
        others.map(({ accountId }) => accountId),
      ),
    );
  }
  return others;
}

interface TenantNameRow {
  tenant_id: string;
  tenant_code: string;
  tenant_name: string;
}

const toTenantName = (row: TenantNameRow): TenantName => ({
  id: fromUuid("tenant", row.tenant_id),
  code: row.tenant_code,
  name: row.tenant_name,
});

/** The installation's tenants, oldest first. Needs no tenant. */
export async function listTenantNames(tx: Tx, page: PageRequest): Promise<TenantName[]> {
  const cursor = readCursor(page, "tenant");
  const rows = await tx.sql<TenantNameRow[]>`
    select tenant_id, tenant_code, tenant_name
    from list_tenants(${cursor ? toUuid("tenant", cursor) : null}, ${page.limit + 1})`;
  return rows.map(toTenantName);
}

export async function findTenantName(tx: Tx, tenantId: string): Promise<TenantName | undefined> {
  const [row] = await tx.sql<TenantNameRow[]>`
    select tenant_id, tenant_code, tenant_name from find_tenant(${toUuid("tenant", tenantId)})`;
  return row && toTenantName(row);
}
