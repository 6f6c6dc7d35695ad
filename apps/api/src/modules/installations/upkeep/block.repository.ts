import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid } from "../../../platform/ids.ts";
import type { InstallationKey } from "../upgrades/trial.repository.ts";

/** Installations whose tenants have not been told of a block, or of its end. As the dispatcher's role. */
export async function listUntold({ sql }: Tx): Promise<InstallationKey[]> {
  const rows = await sql<{ tenant_id: string; plugin_id: string }[]>`
    select i.tenant_id, i.plugin_id
    from plugin_installations i left join plugin_blocks b on b.sha256 = i.sha256
    where i.state = 'on' and i.told_of_sha256 is distinct from b.sha256`;
  return rows.map(({ tenant_id, plugin_id: pluginId }) => ({
    tenantId: fromUuid("tenant", tenant_id),
    pluginId,
  }));
}

export async function findBlock(
  { sql }: Tx,
  sha256: string,
): Promise<{ version: string; cause: string; reason: string } | undefined> {
  const [row] = await sql<{ version: string; cause: string; reason: string }[]>`
    select version, cause, reason from plugin_blocks where sha256 = ${sha256}`;
  return row;
}
