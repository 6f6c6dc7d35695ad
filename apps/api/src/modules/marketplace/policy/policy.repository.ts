import { schema } from "@tidings/db";
import { asc, eq } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { marketplacePolicy, pluginAllowances } = schema;

export type MarketplacePolicyRow = typeof marketplacePolicy.$inferSelect;

export async function getMarketplacePolicy(tx: Tx): Promise<MarketplacePolicyRow> {
  const [row] = await tx.db.select().from(marketplacePolicy);
  if (!row) throw new Error("the marketplace's policy has no row");
  return row;
}

export async function updateMarketplacePolicy(
  tx: Tx,
  policy: Omit<MarketplacePolicyRow, "only">,
): Promise<void> {
  await tx.db.update(marketplacePolicy).set(policy).where(eq(marketplacePolicy.only, true));
}

/** The plugins that a tenant is allowed; in a transaction of that tenant. */
export async function listAllowances(tx: Tx, tenantId: string): Promise<string[]> {
  const rows = await tx.db
    .select({ pluginId: pluginAllowances.pluginId })
    .from(pluginAllowances)
    .where(eq(pluginAllowances.tenantId, tenantId))
    .orderBy(asc(pluginAllowances.pluginId));
  return rows.map(({ pluginId }) => pluginId);
}

export async function replaceAllowances(tx: Tx, tenantId: string, pluginIds: string[]): Promise<void> {
  await tx.db.delete(pluginAllowances).where(eq(pluginAllowances.tenantId, tenantId));
  if (pluginIds.length === 0) return;
  await tx.db.insert(pluginAllowances).values(pluginIds.map((pluginId) => ({ tenantId, pluginId })));
}
