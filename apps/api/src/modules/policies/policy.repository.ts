import { schema } from "@tidings/db";
import { and, asc, desc, eq, gt, inArray } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import type { PolicyChannel } from "./policy.rules.ts";

const { channels, policies, policyVersions } = schema;

export type PolicyRow = typeof policies.$inferSelect;
export type PolicyVersionRow = typeof policyVersions.$inferSelect;

/** A policy with its latest version. */
export type VersionedPolicy = PolicyRow & { version: PolicyVersionRow };

const thisPolicy = (tenantId: string, policyId: string) =>
  and(eq(policies.tenantId, tenantId), eq(policies.id, policyId));

export async function insertPolicy(tx: Tx, row: typeof policies.$inferInsert): Promise<PolicyRow> {
  const [saved] = await tx.db.insert(policies).values(row).returning();
  return saved as PolicyRow;
}

export async function insertPolicyVersion(
  tx: Tx,
  row: typeof policyVersions.$inferInsert,
): Promise<PolicyVersionRow> {
  const [saved] = await tx.db.insert(policyVersions).values(row).returning();
  return saved as PolicyVersionRow;
}

export async function findPolicy(
  tx: Tx,
  tenantId: string,
  policyId: string,
): Promise<VersionedPolicy | undefined> {
  const rows = await tx.db.select().from(policies).where(thisPolicy(tenantId, policyId));
  const [found] = await withVersions(tx, tenantId, rows);
  return found;
}

/** The policy, kept from changes by others until the transaction ends. */
export async function lockPolicy(
  tx: Tx,
  tenantId: string,
  policyId: string,
): Promise<VersionedPolicy | undefined> {
  const rows = await tx.db.select().from(policies).where(thisPolicy(tenantId, policyId)).for("update");
  const [found] = await withVersions(tx, tenantId, rows);
  return found;
}

/** Policies in the order they were made. */
export async function listPolicies(
  tx: Tx,
  tenantId: string,
  filter: { state?: PolicyRow["state"] | undefined },
  page: PageRequest,
): Promise<VersionedPolicy[]> {
  const cursor = readCursor(page, "policy");
  const rows = await tx.db
    .select()
    .from(policies)
    .where(
      and(
        eq(policies.tenantId, tenantId),
        filter.state ? eq(policies.state, filter.state) : undefined,
        cursor ? gt(policies.id, cursor) : undefined,
      ),
    )
    .orderBy(asc(policies.id))
    .limit(page.limit + 1);
  return withVersions(tx, tenantId, rows);
}

async function withVersions(tx: Tx, tenantId: string, rows: PolicyRow[]): Promise<VersionedPolicy[]> {
  if (rows.length === 0) return [];
  const policyIds = rows.map((row) => row.id);
  const versions = await tx.db
    .selectDistinctOn([policyVersions.policyId])
    .from(policyVersions)
    .where(and(eq(policyVersions.tenantId, tenantId), inArray(policyVersions.policyId, policyIds)))
    .orderBy(policyVersions.policyId, desc(policyVersions.number));
  const byPolicy = new Map(versions.map((version) => [version.policyId, version]));
  return rows.flatMap((row) => {
    const version = byPolicy.get(row.id);
    return version ? [{ ...row, version }] : [];
  });
}

export async function updatePolicy(
  tx: Tx,
  tenantId: string,
  policyId: string,
  changes: Partial<Pick<PolicyRow, "name" | "state">> & { updatedAt: Date },
): Promise<void> {
  await tx.db.update(policies).set(changes).where(thisPolicy(tenantId, policyId));
}

/** Those of these channels that are the tenant's. None of them is deleted until the transaction ends. */
export async function findChannels(
  tx: Tx,
  tenantId: string,
  channelIds: readonly string[],
): Promise<PolicyChannel[]> {
  return tx.db
    .select({ id: channels.id, name: channels.name, pluginId: channels.pluginId })
    .from(channels)
    .where(and(eq(channels.tenantId, tenantId), inArray(channels.id, [...channelIds])))
    .orderBy(asc(channels.id))
    .for("key share");
}
