import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";

/** A plugin that tenants run in a version that a registry has listed, and no other. */
export interface InstalledFrom {
  pluginId: string;
  tenantCount: number;
}

/**
 * What is installed from a registry, by id. Across tenants: runs as the dispatcher, who sees which code runs for whom and
 * nothing inside.
 */
export async function listInstalledFrom(
  { sql }: Tx,
  registryId: string,
  limit: number,
): Promise<InstalledFrom[]> {
  const registry = toUuid("registry", registryId);
  const rows = await sql<{ plugin_id: string; tenants: number }[]>`
    select i.plugin_id, count(*)::int as tenants
    from plugin_installations i
    where i.state = 'on'
      and exists (
        select from plugin_listings l
        where l.registry_id = ${registry} and l.plugin_id = i.plugin_id and l.sha256 in (i.sha256, i.canary_sha256)
      )
      and not exists (
        select from plugin_listings l
        where l.registry_id <> ${registry} and l.plugin_id = i.plugin_id and l.sha256 = i.sha256
      )
    group by i.plugin_id
    order by i.plugin_id
    limit ${limit}`;
  return rows.map(({ plugin_id, tenants }) => ({ pluginId: plugin_id, tenantCount: tenants }));
}
