import { schema } from "@tidings/db";
import { desc, eq } from "drizzle-orm";
import type { Permission } from "../../platform/authorization/index.ts";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import type { Locale } from "./tenant.rules.ts";

const { quotas, roles, tenantKeys, tenants } = schema;

export type TenantRow = typeof tenants.$inferSelect & { locale: Locale };
export type TenantKeyRow = typeof tenantKeys.$inferSelect;

/** What a tenant cannot be without, beside its own row. */
export interface TenantOutfit {
  key: { version: number; wrappedKey: Uint8Array };
  roles: { id: string; code: string; name: string; permissions: Permission[] }[];
  quotas: { kind: string; limit: number }[];
}

export async function insertTenant(
  tx: Tx,
  row: typeof tenants.$inferInsert,
  outfit: TenantOutfit,
): Promise<TenantRow> {
  const tenantId = row.id;
  const [saved] = await tx.db.insert(tenants).values(row).returning();
  await tx.db.insert(tenantKeys).values({ tenantId, ...outfit.key });
  await tx.db.insert(roles).values(outfit.roles.map((role) => ({ tenantId, ...role })));
  await tx.db.insert(quotas).values(outfit.quotas.map((quota) => ({ tenantId, ...quota })));
  return saved as TenantRow;
}

export async function findTenant(tx: Tx, tenantId: string): Promise<TenantRow | undefined> {
  const [row] = await tx.db.select().from(tenants).where(eq(tenants.id, tenantId));
  return row as TenantRow | undefined;
}

/** Lets one caller at a time change what a tenant has one of: before it is first saved there is no row of it to lock. */
export async function lockTenant(tx: Tx, tenantId: string): Promise<Pick<TenantRow, "name">> {
  const [row] = await tx.db
    .select({ name: tenants.name })
    .from(tenants)
    .where(eq(tenants.id, tenantId))
    .for("no key update");
  if (!row) throw new Error("the tenant of a request has gone");
  return row;
}

/** Has what is still to be sent looked through for whom it is for. */
export async function noteUserDeleted({ sql }: Tx, tenantId: string): Promise<void> {
  await sql`update tenants set user_deleted_at = now() where id = ${toUuid("tenant", tenantId)}`;
}

export async function updateTenant(
  tx: Tx,
  tenantId: string,
  changes: Pick<TenantRow, "name" | "timeZone" | "locale">,
): Promise<void> {
  await tx.db.update(tenants).set(changes).where(eq(tenants.id, tenantId));
}

/** The wrapped data key that new secrets are sealed with. */
export async function getCurrentKey(tx: Tx, tenantId: string): Promise<TenantKeyRow> {
  const [row] = await tx.db
    .select()
    .from(tenantKeys)
    .where(eq(tenantKeys.tenantId, tenantId))
    .orderBy(desc(tenantKeys.version))
    .limit(1);
  if (!row) throw new Error(`tenant ${tenantId} has no data key`);
  return row;
}
