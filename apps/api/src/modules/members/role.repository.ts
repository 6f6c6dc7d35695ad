import { schema } from "@tidings/db";
import { and, asc, eq } from "drizzle-orm";
import type { Permission } from "../../platform/authorization/index.ts";
import type { Tx } from "../../platform/database/index.ts";
import { OWNER_ROLE } from "./member.rules.ts";

const { roles } = schema;

/** A word that is not in the catalogue matches no question and so allows nothing. */
export type RoleRow = Omit<typeof roles.$inferSelect, "permissions"> & { permissions: Permission[] };

/** Roles in the order they were made. A tenant has a handful. */
export async function listRoles(tx: Tx, tenantId: string): Promise<RoleRow[]> {
  const rows = await tx.db
    .select()
    .from(roles)
    .where(eq(roles.tenantId, tenantId))
    .orderBy(asc(roles.id))
    .limit(100);
  return rows as RoleRow[];
}

export async function findRole(tx: Tx, tenantId: string, roleId: string): Promise<RoleRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), eq(roles.id, roleId)));
  return row as RoleRow | undefined;
}

/** Makes everyone wait who could take an owner away: two who remove one owner each would leave none. */
export async function lockOwnerRole(tx: Tx, tenantId: string): Promise<void> {
  await tx.db
    .select({ id: roles.id })
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), eq(roles.code, OWNER_ROLE)))
    .for("no key update");
}
