import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { DAY_MS, KEEP_MS } from "../callback.rules.ts";
import type { EndpointKey } from "../calling/making.repository.ts";

const KEEP_DAYS = KEEP_MS / DAY_MS;

/** Endpoints whose oldest calls have been over for long. Runs as the dispatcher, across tenants. */
export async function listWithExpired({ sql }: Tx, limit: number): Promise<EndpointKey[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select e.tenant_id, e.id from callback_endpoints e
    where exists(
      select from unnest(array['delivered', 'dead']::callback_state[]) as over(state)
      cross join lateral (
        select c.ended_at from callbacks c
        where c.tenant_id = e.tenant_id and c.endpoint_id = e.id and c.state = over.state order by c.id limit 1
      ) oldest
      where oldest.ended_at < now() - make_interval(days => ${KEEP_DAYS})
    ) limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    endpointId: fromUuid("callbackEndpoint", row.id),
  }));
}

/** Deletes a slice of the oldest of them. */
export async function deleteExpired(
  { sql }: Tx,
  { tenantId, endpointId }: EndpointKey,
  limit: number,
): Promise<void> {
  const tenant = toUuid("tenant", tenantId);
  await sql`
    delete from callbacks where tenant_id = ${tenant} and id in (
      select oldest.id from unnest(array['delivered', 'dead']::callback_state[]) as over(state)
      cross join lateral (
        select c.id, c.ended_at from callbacks c
        where c.tenant_id = ${tenant} and c.endpoint_id = ${toUuid("callbackEndpoint", endpointId)}
          and c.state = over.state order by c.id limit ${limit}
      ) oldest
      where oldest.ended_at < now() - make_interval(days => ${KEEP_DAYS})
    ) and ended_at < now() - make_interval(days => ${KEEP_DAYS})`;
}
