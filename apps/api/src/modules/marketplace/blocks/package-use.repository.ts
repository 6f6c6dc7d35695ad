import type { Tx } from "../../../platform/database/index.ts";

/** What stops when a package is blocked. */
export interface PackageUse {
  /** Tenants that run it, or try it with a share of their batches. */
  tenantCount: number;
  /** Their channels of the plugin. */
  channelCount: number;
  /** Deliveries of those channels that are not sent yet, as far as they are made. */
  waitingCount: number;
}

/** Counts across tenants. Runs as the dispatcher, who sees which code runs for whom and nothing inside. */
export async function countPackageUse({ sql }: Tx, sha256: string): Promise<PackageUse> {
  const [row] = await sql<{ tenants: number; channels: number; waiting: string }[]>`
    with users as (
      select tenant_id, plugin_id from plugin_installations
      where state = 'on' and (sha256 = ${sha256} or canary_sha256 = ${sha256})
    ), used as (
      select c.tenant_id, c.id from channels c join users u on u.tenant_id = c.tenant_id and u.plugin_id = c.plugin_id
    )
    select (select count(*)::int from users) as tenants, (select count(*)::int from used) as channels,
      (select coalesce(sum(c.delivery_count), 0)::text from chunks c
        join used on used.tenant_id = c.tenant_id and used.id = c.channel_id
        where c.state in ('ready', 'queued', 'sending')) as waiting`;
  return {
    tenantCount: row?.tenants ?? 0,
    channelCount: row?.channels ?? 0,
    waitingCount: Number(row?.waiting ?? 0),
  };
}
