import type { schema } from "@tidings/db";
import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { ATTEMPTS_KEPT, type Candidate, type EndpointHealth, LEASE_MS } from "../callback.rules.ts";
import type { EndpointKey } from "./making.repository.ts";

export interface DueEndpoint extends Candidate {
  isOn: boolean;
}

/**
 * Endpoints with calls that are due, of all tenants in turns, those first that wait longest; such as fail alternate with
 * such as do not, since only few of them get a turn: however many wait, the others are among those found. Runs as the
 * dispatcher. Of an endpoint that is left alone, because it fails or somebody works on it, nothing is due.
 */
export async function listDueEndpoints({ sql }: Tx, limit: number): Promise<DueEndpoint[]> {
  const rows = await sql<{ tenant_id: string; id: string; is_on: boolean; is_failing: boolean }[]>`
    select tenant_id, id, is_on, is_failing from (
      select e.tenant_id, e.id, e.state = 'on' as is_on, e.next_at is not null as is_failing, due.next_at,
        row_number() over (partition by e.tenant_id, e.next_at is not null order by due.next_at) as turn
      from callback_endpoints e
      cross join lateral (
        select min(c.next_at) as next_at from callbacks c
        where c.tenant_id = e.tenant_id and c.endpoint_id = e.id and c.state = 'waiting' and c.next_at <= now()
      ) due
      -- Whether there is any: not by EXISTS, for which the planner may read all that was ever told, from its beginning.
      where (select min(next_at) from callbacks where state = 'waiting') <= now()
        and (e.next_at is null or e.next_at <= now()) and due.next_at is not null
    ) due
    order by row_number() over (partition by is_failing order by turn, next_at), next_at
    limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    endpointId: fromUuid("callbackEndpoint", row.id),
    isOn: row.is_on,
    isFailing: row.is_failing,
  }));
}

const keysOf = ({ tenantId, endpointId }: EndpointKey) => ({
  tenant: toUuid("tenant", tenantId),
  endpoint: toUuid("callbackEndpoint", endpointId),
});

/** An endpoint that somebody works on until then, whatever its state. */
export interface TakenEndpoint extends EndpointKey {
  lease: Date;
  isOn: boolean;
  isFailing: boolean;
}

/** Takes an endpoint for a turn, so that nobody else calls it; undefined when somebody was faster. */
export async function takeEndpoint({ sql }: Tx, key: EndpointKey): Promise<TakenEndpoint | undefined> {
  const { tenant, endpoint } = keysOf(key);
  const [row] = await sql<{ next_at: Date; is_on: boolean; is_failing: boolean }[]>`
    update callback_endpoints set next_at = now() + make_interval(secs => ${LEASE_MS / 1000})
    where tenant_id = ${tenant} and id = ${endpoint} and (next_at is null or next_at <= now())
    returning next_at, state = 'on' as is_on, failing_since is not null as is_failing`;
  return row && { ...key, lease: row.next_at, isOn: row.is_on, isFailing: row.is_failing };
}

/** How long an endpoint is to be left alone, ms. */
export interface Rest {
  /** If it fails. */
  restMs: number;
  /** Whether it fails or not: it has asked for that. */
  askedMs: number;
}

/** Ends a turn: an endpoint that fails, or that has asked for it, is left alone for so long. */
export async function leaveEndpoint(
  { sql }: Tx,
  taken: TakenEndpoint,
  { restMs, askedMs }: Rest,
): Promise<void> {
  const { tenant, endpoint } = keysOf(taken);
  await sql`
    update callback_endpoints
    set next_at = case when failing_since is not null then now() + make_interval(secs => ${restMs / 1000})
      when ${askedMs} > 0 then now() + make_interval(secs => ${askedMs / 1000}) end
    where tenant_id = ${tenant} and id = ${endpoint} and next_at = ${taken.lease}`;
}

/** Gives up what has been tried for its day. Answers how many. */
export async function giveUpOverdue({ sql }: Tx, key: EndpointKey): Promise<number> {
  const { tenant, endpoint } = keysOf(key);
  const rows = await sql`
    update callbacks set state = 'dead', ended_at = now(), next_at = null
    where tenant_id = ${tenant} and endpoint_id = ${endpoint} and state = 'waiting' and next_at <= now()
      and ends_at <= now()
    returning id`;
  return rows.length;
}

/** Lets what is due of an endpoint that is not on wait until it is, or to its end. */
export async function letWait({ sql }: Tx, key: EndpointKey): Promise<void> {
  const { tenant, endpoint } = keysOf(key);
  await sql`
    update callbacks set next_at = ends_at
    where tenant_id = ${tenant} and endpoint_id = ${endpoint} and state = 'waiting' and next_at <= now()`;
}

/** A call that somebody makes. */
export interface TakenCallback {
  id: string;
  url: string;
  attemptCount: number;
  createdAt: Date;
  endsAt: Date;
  lease: Date;
}

/** Takes the call that has been due longest, as long as the endpoint is on and this turn's. */
export async function takeCallback({ sql }: Tx, taken: TakenEndpoint): Promise<TakenCallback | undefined> {
  const { tenant, endpoint } = keysOf(taken);
  const [row] = await sql<
    { id: string; url: string; attempt_count: number; created_at: Date; ends_at: Date; next_at: Date }[]
  >`
    with due as (
      select c.id, e.url from callback_endpoints e
      join callbacks c on c.tenant_id = e.tenant_id and c.endpoint_id = e.id
      where e.tenant_id = ${tenant} and e.id = ${endpoint} and e.state = 'on' and e.next_at = ${taken.lease}
        and c.state = 'waiting' and c.next_at <= now()
      order by c.next_at, c.id limit 1 for update of c skip locked
    )
    update callbacks c set next_at = now() + make_interval(secs => ${LEASE_MS / 1000}) from due
    where c.tenant_id = ${tenant} and c.id = due.id
    returning c.id, due.url, c.attempt_count, c.created_at, c.ends_at, c.next_at`;
  return (
    row && {
      id: fromUuid("callback", row.id),
      url: row.url,
      attemptCount: row.attempt_count,
      createdAt: row.created_at,
      endsAt: row.ends_at,
      lease: row.next_at,
    }
  );
}

const appended = ({ sql }: Tx, attempt: schema.CallbackAttempt) => sql`
  (case when jsonb_array_length(attempts) >= ${ATTEMPTS_KEPT} then attempts - 0 else attempts end)
    || ${JSON.stringify([attempt])}::jsonb`;

/** Writes down that a call got through. */
export async function saveReceived(
  tx: Tx,
  { tenantId }: EndpointKey,
  callbackId: string,
  attempt: schema.CallbackAttempt,
): Promise<void> {
  await tx.sql`
    update callbacks set state = 'delivered', ended_at = now(), next_at = null, attempt_count = attempt_count + 1,
      attempts = ${appended(tx, attempt)}
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("callback", callbackId)} and state = 'waiting'`;
}

/** The endpoint does not fail any more. Answers for how long it had, ms; 0 if it had not. */
export async function clearFailing({ sql }: Tx, key: EndpointKey): Promise<number> {
  const { tenant, endpoint } = keysOf(key);
  const [row] = await sql<{ failed_for_ms: number }[]>`
    with failing as (
      select tenant_id, id, failing_since from callback_endpoints
      where tenant_id = ${tenant} and id = ${endpoint} and failing_since is not null for no key update
    )
    update callback_endpoints e set failing_since = null, failure_count = 0 from failing f
    where e.tenant_id = f.tenant_id and e.id = f.id
    returning 1000 * extract(epoch from now() - f.failing_since)::float as failed_for_ms`;
  return row?.failed_for_ms ?? 0;
}

export interface LockedEndpoint extends EndpointHealth {
  url: string;
  sourceName: string;
  isOn: boolean;
  now: Date;
}

/** Keeps the endpoint's health as it is until the transaction ends; undefined when it was deleted. */
export async function lockHealth({ sql }: Tx, key: EndpointKey): Promise<LockedEndpoint | undefined> {
  const { tenant, endpoint } = keysOf(key);
  const [row] = await sql<
    {
      url: string;
      failing_since: Date | null;
      failure_count: number;
      name: string;
      is_on: boolean;
      now: Date;
    }[]
  >`
    select e.url, e.failing_since, e.failure_count, s.name, e.state = 'on' as is_on, now() as now
    from callback_endpoints e join sources s on s.tenant_id = e.tenant_id and s.id = e.source_id
    where e.tenant_id = ${tenant} and e.id = ${endpoint} for no key update of e`;
  return (
    row && {
      url: row.url,
      failingSince: row.failing_since,
      failureCount: row.failure_count,
      sourceName: row.name,
      isOn: row.is_on,
      now: row.now,
    }
  );
}

export async function saveHealth(
  { sql }: Tx,
  key: EndpointKey,
  { failingSince, failureCount }: EndpointHealth,
  disabledReason: "gone" | "failing" | null,
): Promise<void> {
  const { tenant, endpoint } = keysOf(key);
  await sql`
    update callback_endpoints set failing_since = ${failingSince}, failure_count = ${failureCount},
      state = case when ${disabledReason}::text is null then state else 'disabled' end,
      disabled_reason = coalesce(${disabledReason}::text, disabled_reason),
      disabled_at = case when ${disabledReason}::text is null then disabled_at else now() end
    where tenant_id = ${tenant} and id = ${endpoint}`;
}

/** Writes down that a call did not get through; without a next time it is given up. */
export async function saveFailed(
  tx: Tx,
  { tenantId }: EndpointKey,
  { id, lease }: TakenCallback,
  attempt: schema.CallbackAttempt,
  nextAt: Date | undefined,
): Promise<void> {
  const next = nextAt ?? null;
  // Whoever took it up after this one had been taken for dead has the word.
  await tx.sql`
    update callbacks set state = case when ${next}::timestamptz is null then 'dead' else state end,
      ended_at = case when ${next}::timestamptz is null then now() end, next_at = ${next}::timestamptz,
      attempt_count = attempt_count + 1, attempts = ${appended(tx, attempt)}
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("callback", id)} and state = 'waiting'
      and next_at = ${lease}`;
}
