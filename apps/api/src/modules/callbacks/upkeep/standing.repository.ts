import type { Tx } from "../../../platform/database/index.ts";

/** How callbacks stand in the whole installation. */
export interface CallbackStanding {
  /** Endpoints by state. */
  endpoints: Record<string, number>;
  /** How long the event that waits longest for an endpoint that is on has waited, seconds; 0 when none does. */
  waitingSeconds: number;
}

/** Runs as the dispatcher, across tenants. */
export async function readStanding({ sql }: Tx): Promise<CallbackStanding> {
  const rows = await sql<{ state: string; count: number; waiting: number }[]>`
    select e.state, count(*)::int as count,
      coalesce(extract(epoch from now() - min(oldest.recorded_at) filter (where e.state = 'on')), 0)::float as waiting
    from callback_endpoints e
    left join lateral (
      select v.recorded_at from callback_events v
      where v.tenant_id = e.tenant_id and v.endpoint_id = e.id and v.callback_id is null
      order by v.recorded_at limit 1
    ) oldest on true
    group by e.state`;
  return {
    endpoints: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
    waitingSeconds: Math.max(0, ...rows.map(({ waiting }) => waiting)),
  };
}
