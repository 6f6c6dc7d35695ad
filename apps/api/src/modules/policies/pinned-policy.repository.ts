import { schema } from "@tidings/db";
import { and, desc, eq, getTableColumns, type SQL } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";

const { policies, policyVersions } = schema;

/** A version with the name of its policy: what a message pins. */
export type PinnedPolicy = typeof policyVersions.$inferSelect &
  Pick<typeof policies.$inferSelect, "name" | "state">;

/** A policy's latest version, the one that new messages get; an archived policy has it too, and must not be sent with. */
export async function findPolicyVersion(
  tx: Tx,
  tenantId: string,
  by: { policyId: string },
): Promise<PinnedPolicy | undefined> {
  return find(tx, tenantId, eq(policyVersions.policyId, by.policyId));
}

/** The version that a message has pinned, whatever has become of its policy since. */
export async function findPinnedPolicy(
  tx: Tx,
  tenantId: string,
  versionId: string,
): Promise<PinnedPolicy | undefined> {
  return find(tx, tenantId, eq(policyVersions.id, versionId));
}

async function find(tx: Tx, tenantId: string, condition: SQL): Promise<PinnedPolicy | undefined> {
  const [row] = await tx.db
    .select({ ...getTableColumns(policyVersions), name: policies.name, state: policies.state })
    .from(policyVersions)
    .innerJoin(
      policies,
      and(eq(policies.tenantId, policyVersions.tenantId), eq(policies.id, policyVersions.policyId)),
    )
    .where(and(eq(policyVersions.tenantId, tenantId), condition))
    .orderBy(desc(policyVersions.number))
    .limit(1);
  return row;
}
