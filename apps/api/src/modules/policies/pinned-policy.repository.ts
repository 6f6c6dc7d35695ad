import { schema } from "@tidings/db";
import { and, desc, eq, getTableColumns } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";

const { policies, policyVersions } = schema;

/** A version with the name of its policy: what a message pins. */
export type PinnedPolicy = typeof policyVersions.$inferSelect & Pick<typeof policies.$inferSelect, "name">;

/** The version that new messages of a policy get; undefined when there is no such policy or it is archived. */
export async function findPolicyVersion(
  tx: Tx,
  tenantId: string,
  by: { policyId: string },
): Promise<PinnedPolicy | undefined> {
  const [row] = await tx.db
    .select({ ...getTableColumns(policyVersions), name: policies.name })
    .from(policyVersions)
    .innerJoin(
      policies,
      and(eq(policies.tenantId, policyVersions.tenantId), eq(policies.id, policyVersions.policyId)),
    )
    .where(
      and(
        eq(policyVersions.tenantId, tenantId),
        eq(policyVersions.policyId, by.policyId),
        eq(policies.state, "active"),
      ),
    )
    .orderBy(desc(policyVersions.number))
    .limit(1);
  return row;
}
