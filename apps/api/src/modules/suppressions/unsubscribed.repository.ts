import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/** Answers the entry that was made or changed; undefined where one without an end is there. */
export async function saveUnsubscribed(
  { sql }: Tx,
  tenant: string,
  { id, kind, address }: { id: string; kind: string; address: string },
): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`
    insert into suppressions (tenant_id, id, kind, address, address_key, origin)
    values (${tenant}, ${toUuid("suppression", id)}, ${kind}, ${address}, address_key(${address}), 'unsubscribed')
    on conflict (tenant_id, address_key, user_id, kind, source_id) do update set origin = excluded.origin, code = null,
      note = null, expires_at = null, member_id = null, by_source_id = null, delivery_id = null, updated_at = now()
    where suppressions.expires_at is not null
    returning id`;
  return row && fromUuid("suppression", row.id);
}
