import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/** How long a repeat is known for one, and how long after sending the vendor can still be asked about it. */
const REMEMBERED_DAYS = 30;
const FORGOTTEN_AT_ONCE = 10_000;

/** Tenants with changes or holds that nobody needs any more. Runs as the dispatcher, across tenants. */
export async function listTenantsToForget({ sql }: Tx): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`
    select distinct tenant_id from (
      (select tenant_id from allowance_changes where told_at < now() - make_interval(days => ${REMEMBERED_DAYS})
        order by told_at limit ${FORGOTTEN_AT_ONCE})
      union all
      (select tenant_id from allowance_holds where held_at < now() - make_interval(days => ${REMEMBERED_DAYS})
        order by held_at limit ${FORGOTTEN_AT_ONCE})
    ) old`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

/** Forgets some of a tenant's old changes and holds; true when there may be more. */
export async function forgetOld({ sql }: Tx, tenantId: string): Promise<boolean> {
  const tenant = toUuid("tenant", tenantId);
  const changes = await sql`
    delete from allowance_changes where tenant_id = ${tenant} and (channel_id, event_id) in (
      select channel_id, event_id from allowance_changes
      where tenant_id = ${tenant} and told_at < now() - make_interval(days => ${REMEMBERED_DAYS})
      order by told_at limit ${FORGOTTEN_AT_ONCE})`;
  const holds = await sql`
    delete from allowance_holds where tenant_id = ${tenant} and delivery_id in (
      select delivery_id from allowance_holds
      where tenant_id = ${tenant} and held_at < now() - make_interval(days => ${REMEMBERED_DAYS})
      order by held_at limit ${FORGOTTEN_AT_ONCE})`;
  return Math.max(changes.count, holds.count) === FORGOTTEN_AT_ONCE;
}
