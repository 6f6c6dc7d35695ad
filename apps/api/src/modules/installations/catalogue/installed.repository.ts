import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid } from "../../../platform/ids.ts";
import type { BlockedCode, InstalledVersion } from "../../../platform/plugin-runtime/index.ts";

interface InstalledRow {
  tenant_id: string;
  plugin_id: string;
  sha256: string;
  canary_sha256: string | null;
  canary_percent: number | null;
}

/** Who runs what, of all tenants. As the dispatcher's role. */
export async function listInstalledVersions({ sql }: Tx): Promise<InstalledVersion[]> {
  const rows = await sql<InstalledRow[]>`
    select tenant_id, plugin_id, sha256, canary_sha256, canary_percent from plugin_installations where state = 'on'`;
  return rows.map(({ tenant_id, plugin_id: pluginId, sha256, canary_sha256, canary_percent }) => ({
    tenantId: fromUuid("tenant", tenant_id),
    pluginId,
    sha256,
    trial: canary_sha256 === null ? undefined : { sha256: canary_sha256, percent: canary_percent ?? 0 },
  }));
}

export async function listBlockedCode({ sql }: Tx): Promise<BlockedCode[]> {
  const rows = await sql<(Omit<BlockedCode, "pluginId"> & { plugin_id: string })[]>`
    select sha256, plugin_id, version, cause, reason from plugin_blocks`;
  return rows.map(({ plugin_id: pluginId, ...block }) => ({ pluginId, ...block }));
}

/** The archive as it is stored, whatever that is. */
export async function findArchive({ sql }: Tx, sha256: string): Promise<Uint8Array | undefined> {
  const [row] = await sql<
    { archive: Buffer }[]
  >`select archive from plugin_packages where sha256 = ${sha256}`;
  return row && new Uint8Array(row.archive);
}

/** As the workers' role. Code that is blocked already keeps its first cause. */
export async function insertBlock({ sql }: Tx, block: BlockedCode): Promise<void> {
  await sql`
    insert into plugin_blocks (sha256, plugin_id, version, cause, reason)
    values (${block.sha256}, ${block.pluginId}, ${block.version}, ${block.cause}, ${block.reason})
    on conflict do nothing`;
}
