import type { Tx } from "../../platform/database/index.ts";
import { newId, toUuid } from "../../platform/ids.ts";
import type { DeadAddress } from "./automatic.rules.ts";

/**
 * Suppresses the addresses of deliveries that the vendor has refused for good, on their channel kind and for the whole
 * tenant. An entry that ends later, or never, stays what it is.
 */
export async function suppressAddresses(
  { sql }: Tx,
  tenantId: string,
  dead: readonly DeadAddress[],
): Promise<void> {
  if (dead.length === 0) return;
  const tenant = toUuid("tenant", tenantId);
  const rows = dead.map((one) => ({ id: toUuid("suppression", newId("suppression")), ...one }));
  // In the order of the addresses, so that two batches with the same ones wait for each other and do not lock up.
  await sql`
    insert into suppressions (tenant_id, id, kind, address, address_key, origin, code, expires_at, delivery_id)
    select distinct on (address_key(d.address), c.kind) ${tenant}, w.id, c.kind, d.address, address_key(d.address),
      w.origin, w.code, now() + make_interval(days => w.days), d.id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as w(id uuid, "deliveryId" bigint, origin suppression_origin, code text, days int)
    join deliveries d on d.tenant_id = ${tenant} and d.id = w."deliveryId"
    join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
    where d.address is not null and d.state in ('failed', 'undelivered') and d.reason = w.code
    order by address_key(d.address), c.kind, w.days desc nulls first, d.id
    on conflict (tenant_id, address_key, user_id, kind, source_id) do update set
      origin = excluded.origin, code = excluded.code, note = null, expires_at = excluded.expires_at, member_id = null,
      by_source_id = null, delivery_id = excluded.delivery_id, updated_at = now()
    where suppressions.expires_at < coalesce(excluded.expires_at, 'infinity')`;
}
