import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { DAY_MS, KEEP_MS } from "../callback.rules.ts";
import type { EndpointKey } from "../calling/making.repository.ts";

const KEEP_DAYS = KEEP_MS / DAY_MS;

const isExpired = ({ sql }: Tx) => sql`c.ended_at < now() - make_interval(days => ${KEEP_DAYS})`;

/**
 * Whether what is found of an endpoint in the order in which it was made is to be looked at. A call is over within a day, so
 * that behind the first that is not over for long nothing is; but not one that was replayed much later, which is passed over.
 */
const isInOrder = (tx: Tx) =>
  tx.sql`(${isExpired(tx)} or c.ended_at < c.created_at + make_interval(days => 2))`;

/** Endpoints whose oldest calls have been over for long. Runs as the dispatcher, across tenants. */
export async function listWithExpired(tx: Tx, limit: number): Promise<EndpointKey[]> {
  const { sql } = tx;
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select e.tenant_id, e.id from callback_endpoints e
    where exists(
      select from unnest(array['delivered', 'dead']::callback_state[]) as over(state)
      cross join lateral (
        select ${isExpired(tx)} as is_expired from callbacks c
        where c.tenant_id = e.tenant_id and c.endpoint_id = e.id and c.state = over.state and ${isInOrder(tx)}
        order by c.id limit 1
      ) oldest
      where oldest.is_expired
    ) limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    endpointId: fromUuid("callbackEndpoint", row.id),
  }));
}

/** Deletes a slice of the oldest of them. */
export async function deleteExpired(
  tx: Tx,
  { tenantId, endpointId }: EndpointKey,
  limit: number,
): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  await sql`
    delete from callbacks c where tenant_id = ${tenant} and id in (
      select oldest.id from unnest(array['delivered', 'dead']::callback_state[]) as over(state)
      cross join lateral (
        select c.id, ${isExpired(tx)} as is_expired from callbacks c
        where c.tenant_id = ${tenant} and c.endpoint_id = ${toUuid("callbackEndpoint", endpointId)}
          and c.state = over.state and ${isInOrder(tx)}
        order by c.id limit ${limit}
      ) oldest
      where oldest.is_expired
    ) and ${isExpired(tx)}`;
}
