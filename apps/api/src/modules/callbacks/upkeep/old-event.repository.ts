import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { DAY_MS, KEEP_MS } from "../callback.rules.ts";

/** An endpoint that events were recorded for; it may be gone. Its id is a row key. */
export interface HeardEndpoint {
  tenantId: string;
  endpoint: string;
}

/** From one to the next, one probe each: there are many events of each. Runs as the dispatcher, across tenants. */
export async function listHeardEndpoints({ sql }: Tx): Promise<HeardEndpoint[]> {
  const rows = await sql<{ tenant_id: string; endpoint_id: string }[]>`
    with recursive heard as (
      (select tenant_id, endpoint_id from callback_events order by tenant_id, endpoint_id limit 1)
      union all
      select next.tenant_id, next.endpoint_id from heard cross join lateral (
        select tenant_id, endpoint_id from callback_events
        where (tenant_id, endpoint_id) > (heard.tenant_id, heard.endpoint_id)
        order by tenant_id, endpoint_id limit 1
      ) next
    )
    select tenant_id, endpoint_id from heard`;
  return rows.map((row) => ({ tenantId: fromUuid("tenant", row.tenant_id), endpoint: row.endpoint_id }));
}

const LOOKED_AT_ONCE = 5_000;

/**
 * Looks at some of an endpoint's events behind a delivery, in the order of deliveries, which is nearly that of time, and
 * forgets those that are over: old ones, but for what is still to be told or can be replayed, and all when the endpoint is
 * gone. Answers where to go on; undefined where none was over, and none behind will be.
 */
export async function forgetEvents(
  { sql }: Tx,
  { tenantId, endpoint }: HeardEndpoint,
  behind: string,
): Promise<string | undefined> {
  const tenant = toUuid("tenant", tenantId);
  const [found] = await sql<[{ last: string | null; forgotten: number }]>`
    with looked_at as materialized (
      select delivery_id, type, recorded_at, callback_id from callback_events
      where tenant_id = ${tenant} and endpoint_id = ${endpoint} and delivery_id > ${behind}
      order by delivery_id, type limit ${LOOKED_AT_ONCE}
    ), over as materialized (
      select delivery_id, type from looked_at l
      left join callback_endpoints e on e.tenant_id = ${tenant} and e.id = ${endpoint}
      where e.id is null or recorded_at < now() - make_interval(days => ${KEEP_MS / DAY_MS}) and case
        when callback_id is null then e.state <> 'on'
        else not exists(select from callbacks c
          where c.tenant_id = ${tenant} and c.id = l.callback_id and c.state <> 'delivered' offset 0) end
    ), forgotten as (
      delete from callback_events v using over
      where v.tenant_id = ${tenant} and v.endpoint_id = ${endpoint} and v.delivery_id = over.delivery_id
        and v.type = over.type returning 1
    )
    -- Of the last delivery there may be more than was looked at.
    select max(delivery_id) - 1 as last, (select count(*)::int from forgotten) as forgotten from looked_at`;
  return found.forgotten > 0 && found.last !== null ? found.last : undefined;
}
