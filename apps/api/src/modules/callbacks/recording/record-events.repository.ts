import type { Tx } from "../../../platform/database/index.ts";
import { DAY_MS, KEEP_MS } from "../callback.rules.ts";

/** Row keys of the tenants with an endpoint that is on. Runs as the dispatcher, across tenants. */
export async function listListeningTenants({ sql }: Tx): Promise<string[]> {
  const rows = await sql<{ tenant: string }[]>`
    select distinct tenant_id as tenant from callback_endpoints where state = 'on'`;
  return rows.map(({ tenant }) => tenant);
}

/** Where deliveries lie. */
interface Range {
  firstId: string;
  lastId: string;
}

/**
 * Records for the endpoints of their sources what this transaction has done to deliveries: of those given, what has changed
 * in it. Everything is read from the rows as they are now, so that an event that was recorded before is found again, and left
 * as it is. `tenant` is a row key.
 *
 * What happened before an endpoint was made is not for it. Nor is what is so old that its record has been swept meanwhile: it
 * would be told twice.
 */
export async function recordEvents(
  { sql, hasListeners }: Tx,
  tenant: string,
  deliveries: readonly (string | Range)[],
): Promise<void> {
  if (!hasListeners || deliveries.length === 0) return;
  const ranges = deliveries.map((one) => (typeof one === "string" ? { firstId: one, lastId: one } : one));
  // OFFSET keeps the planner from going through the messages, or the endpoints, once for each delivery.
  await sql`
    insert into callback_events (tenant_id, endpoint_id, delivery_id, type, message_id, happened_at, reason)
    select ${tenant}, e.id, d.id, happened.type, d.message_id, happened.at, happened.reason
    from (
      select d.* from unnest(${ranges.map(({ firstId }) => firstId)}::bigint[],
        ${ranges.map(({ lastId }) => lastId)}::bigint[]) as range(first_id, last_id)
      join deliveries d on d.tenant_id = ${tenant} and d.id between range.first_id and range.last_id
      where d.state <> 'ready' and d.changed_at = now()::timestamptz(3) offset 0
    ) d
    join messages m on m.tenant_id = ${tenant} and m.id = d.message_id
    join callback_endpoints e on e.tenant_id = ${tenant} and e.source_id = m.source_id and e.state = 'on'
    cross join lateral (
      select d.state::text::callback_event_type as type, d.changed_at as at, d.reason
        where d.state not in ('accepted', 'delivered')
      union all select 'accepted', d.accepted_at, null where d.accepted_at is not null
      union all select 'delivered', d.delivered_at, null where d.delivered_at is not null
      union all select 'read', d.read_at, null where d.read_at is not null
      union all select 'clicked', d.clicked_at, null where d.clicked_at is not null
    ) happened
    where happened.type = any(e.event_types) and happened.at >= e.created_at
      and happened.at > now() - make_interval(days => ${KEEP_MS / DAY_MS})
    on conflict do nothing`;
}
