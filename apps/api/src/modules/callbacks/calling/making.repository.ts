import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, newId, toUuid } from "../../../platform/ids.ts";
import { DAY_MS, GATHER_MS, MADE_AHEAD, MAX_EVENTS } from "../callback.rules.ts";

export interface EndpointKey {
  tenantId: string;
  endpointId: string;
}

/**
 * Endpoints with events to be told: such as have waited, or enough of them. Those behind, for which as many callbacks wait as
 * are made ahead: for most of them nothing can be made, and they would fill the list. Runs as the dispatcher, across tenants.
 */
export async function listGathered({ sql }: Tx, limit: number): Promise<EndpointKey[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select e.tenant_id, e.id from callback_endpoints e
    cross join lateral (
      select v.recorded_at from callback_events v
      where v.tenant_id = e.tenant_id and v.endpoint_id = e.id and v.callback_id is null
      order by v.recorded_at limit 1
    ) oldest
    cross join lateral (
      select count(*) = ${MADE_AHEAD} as is_full from (
        select from callbacks c where c.tenant_id = e.tenant_id and c.endpoint_id = e.id and c.state = 'waiting'
        limit ${MADE_AHEAD}
      ) waiting
    ) ahead
    where e.state = 'on' and (
      oldest.recorded_at <= now() - make_interval(secs => ${GATHER_MS / 1000})
      or exists(select from callback_events v
        where v.tenant_id = e.tenant_id and v.endpoint_id = e.id and v.callback_id is null
        order by v.recorded_at offset ${MAX_EVENTS - 1} limit 1)
    )
    order by ahead.is_full, row_number() over (partition by e.tenant_id, ahead.is_full order by oldest.recorded_at),
      oldest.recorded_at
    limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    endpointId: fromUuid("callbackEndpoint", row.id),
  }));
}

/**
 * Makes a callback of the endpoint's oldest events, unless enough of its callbacks wait for their first try. Answers of
 * how many events.
 */
export async function makeCallback({ sql }: Tx, { tenantId, endpointId }: EndpointKey): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const endpoint = toUuid("callbackEndpoint", endpointId);
  const id = toUuid("callback", newId("callback"));
  const told = await sql`
    with endpoint as (
      select id from callback_endpoints where tenant_id = ${tenant} and id = ${endpoint} and state = 'on'
        and ${MADE_AHEAD} > (select count(*) from (
          select from callbacks where tenant_id = ${tenant} and endpoint_id = ${endpoint} and state = 'waiting'
            and attempts = '[]'::jsonb limit ${MADE_AHEAD}
        ) ahead)
      for key share
    ), taken as (
      select v.endpoint_id, v.delivery_id, v.type from callback_events v
      where v.tenant_id = ${tenant} and v.endpoint_id = (select id from endpoint) and v.callback_id is null
      order by v.recorded_at limit ${MAX_EVENTS} for update skip locked
    ), made as (
      insert into callbacks (tenant_id, id, endpoint_id, event_count, next_at, ends_at)
      select ${tenant}, ${id}, ${endpoint}, count(*), now(), now() + make_interval(secs => ${DAY_MS / 1000})
      from taken having count(*) > 0
    )
    update callback_events v set callback_id = ${id} from taken t
    where v.tenant_id = ${tenant} and v.endpoint_id = t.endpoint_id and v.delivery_id = t.delivery_id
      and v.type = t.type
    returning v.delivery_id`;
  return told.length;
}
