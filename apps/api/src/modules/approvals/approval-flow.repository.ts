import { schema } from "@tidings/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";

const { approvalFlows, roles, sources, tenants } = schema;

export type ApprovalFlowRow = typeof approvalFlows.$inferSelect;

/** The tenant's flow; a tenant has one at most. */
export async function findFlow(tx: Tx, tenantId: string): Promise<ApprovalFlowRow | undefined> {
  const [row] = await tx.db.select().from(approvalFlows).where(eq(approvalFlows.tenantId, tenantId)).limit(1);
  return row;
}

/** Lets one caller at a time make or change the flow: before the first is made there is no row of it to lock. */
export async function lockFlow(tx: Tx, tenantId: string): Promise<ApprovalFlowRow | undefined> {
  await tx.db.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenantId)).for("no key update");
  return findFlow(tx, tenantId);
}

export async function insertFlow(tx: Tx, row: typeof approvalFlows.$inferInsert): Promise<ApprovalFlowRow> {
  const [saved] = await tx.db.insert(approvalFlows).values(row).returning();
  return saved as ApprovalFlowRow;
}

export async function updateFlow(
  tx: Tx,
  flow: ApprovalFlowRow,
  changes: Partial<ApprovalFlowRow>,
): Promise<ApprovalFlowRow> {
  const [saved] = await tx.db
    .update(approvalFlows)
    .set(changes)
    .where(and(eq(approvalFlows.tenantId, flow.tenantId), eq(approvalFlows.id, flow.id)))
    .returning();
  return saved as ApprovalFlowRow;
}

export async function findRoles(tx: Tx, tenantId: string, roleIds: readonly string[]) {
  if (roleIds.length === 0) return [];
  return tx.db
    .select({ id: roles.id, name: roles.name, permissions: roles.permissions })
    .from(roles)
    .where(and(eq(roles.tenantId, tenantId), inArray(roles.id, [...roleIds])));
}

/** Which of these sources are the tenant's. */
export async function findSourceIds(
  tx: Tx,
  tenantId: string,
  sourceIds: readonly string[],
): Promise<Set<string>> {
  if (sourceIds.length === 0) return new Set();
  const rows = await tx.db
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.tenantId, tenantId), inArray(sources.id, [...sourceIds])));
  return new Set(rows.map((row) => row.id));
}
