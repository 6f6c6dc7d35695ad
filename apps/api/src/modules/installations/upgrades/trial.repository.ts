import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import type { TrialCounts } from "./trial.rules.ts";

const { pluginTrialCounts } = schema;

export interface InstallationKey {
  tenantId: string;
  pluginId: string;
}

/** Adds to what is counted of a version; of versions that are not compared any more nothing is kept. */
export async function addTrialCounts(
  { sql }: Tx,
  { tenantId, pluginId }: InstallationKey,
  sha256: string,
  { accepted, rejected, config, transient, unknown }: TrialCounts,
): Promise<void> {
  await sql`
    insert into plugin_trial_counts as c
      (tenant_id, plugin_id, sha256, accepted, rejected, config, transient, unknown)
    select tenant_id, plugin_id, ${sha256}, ${accepted}::int, ${rejected}::int, ${config}::int, ${transient}::int,
      ${unknown}::int
    from plugin_installations
    where tenant_id = ${toUuid("tenant", tenantId)} and plugin_id = ${pluginId} and state = 'on'
      and canary_sha256 is not null and ${sha256} in (sha256, canary_sha256)
    on conflict (tenant_id, plugin_id, sha256) do update set
      accepted = c.accepted + excluded.accepted, rejected = c.rejected + excluded.rejected,
      config = c.config + excluded.config, transient = c.transient + excluded.transient,
      unknown = c.unknown + excluded.unknown`;
}

/** By the hashes of the versions. */
export async function readTrialCounts(
  tx: Tx,
  { tenantId, pluginId }: InstallationKey,
): Promise<Map<string, TrialCounts>> {
  const rows = await tx.db
    .select()
    .from(pluginTrialCounts)
    .where(and(eq(pluginTrialCounts.tenantId, tenantId), eq(pluginTrialCounts.pluginId, pluginId)));
  return new Map(
    rows.map(({ sha256, accepted, rejected, config, transient, unknown }) => [
      sha256,
      { accepted, rejected, config, transient, unknown },
    ]),
  );
}

export async function deleteTrialCounts(tx: Tx, { tenantId, pluginId }: InstallationKey): Promise<void> {
  await tx.db
    .delete(pluginTrialCounts)
    .where(and(eq(pluginTrialCounts.tenantId, tenantId), eq(pluginTrialCounts.pluginId, pluginId)));
}

export async function isBlocked({ sql }: Tx, sha256: string): Promise<boolean> {
  const rows = await sql`select from plugin_blocks where sha256 = ${sha256}`;
  return rows.length > 0;
}

/** Installations that try a version, of all tenants. As the dispatcher's role. */
export const listTrials = (tx: Tx): Promise<InstallationKey[]> => list(tx, "canary_sha256 is not null");

/** Installations that want to be upgraded without being asked and are free for it. As the dispatcher's role. */
export const listUpgradable = (tx: Tx): Promise<InstallationKey[]> =>
  list(tx, "automatic_upgrades <> 'none' and canary_sha256 is null");

async function list({ sql }: Tx, condition: string): Promise<InstallationKey[]> {
  const rows = await sql<{ tenant_id: string; plugin_id: string }[]>`
    select tenant_id, plugin_id from plugin_installations where state = 'on' and ${sql.unsafe(condition)}`;
  return rows.map(({ tenant_id, plugin_id: pluginId }) => ({
    tenantId: fromUuid("tenant", tenant_id),
    pluginId,
  }));
}
