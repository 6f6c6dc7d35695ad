import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/** How long an entry is kept that is not shown any more: who has confirmed it can be looked up until then. */
const KEEP_DAYS = 30;
/** Entries that are looked at to find out whose they are. */
const LOOKED_AT = 10_000;

/** Tenants with entries whose time has long been over. Runs as the dispatcher, across tenants. */
export async function listTenantsWithExpired({ sql }: Tx, limit: number): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`
    select distinct tenant_id from (
      select tenant_id from inbox_entries where expires_at < now() - make_interval(days => ${KEEP_DAYS})
      order by expires_at limit ${LOOKED_AT}
    ) expired limit ${limit}`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

/** Deletes the oldest of them. */
export async function deleteExpired({ sql }: Tx, tenantId: string, limit: number): Promise<void> {
  const tenant = toUuid("tenant", tenantId);
  await sql`
    delete from inbox_entries where tenant_id = ${tenant} and delivery_id in (
      select delivery_id from inbox_entries
      where tenant_id = ${tenant} and expires_at < now() - make_interval(days => ${KEEP_DAYS})
      order by expires_at limit ${limit}
    )`;
}
