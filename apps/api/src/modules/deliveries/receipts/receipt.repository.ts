import type { ReceiptEvent } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toBigint, toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { type DeliveryState, HEARING_STATES, statesBefore } from "../delivery.rules.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";

const RECEIPTS_A_ROUND = 2000;

/** What the vendor said, or what was found out by our own means: a link was followed, a pixel was loaded. */
export type ReceiptOrigin = "vendor" | "own";

/**
 * Keeps a push's events and applies those whose deliveries are known; a repeat of an applied event changes nothing.
 * An event whose delivery is not known, or not accepted yet because our own commit is still on its way, waits.
 * Answers the ids of those that say, for the first time, that something did not arrive, and why.
 */
export async function keepAndApply(
  tx: Tx,
  tenantId: string,
  channelId: string,
  events: readonly ReceiptEvent[],
  origin: ReceiptOrigin,
): Promise<string[]> {
  const { sql } = tx;
  const [tenant, channel] = [toUuid("tenant", tenantId), toUuid("channel", channelId)];
  const [{ undelivered, moved }] = await sql<[{ undelivered: string[]; moved: string[] }]>`
    with pushed as materialized (
      select * from json_to_recordset(${JSON.stringify(events.map(toRow))}::json) as pushed(event_id text, type text,
        code text, detail text, at double precision, delivery bigint, batch bigint, vendor_id text, address text)
    ), incoming as materialized (
      select ${channel}::uuid as channel_id, event_id, type, code, detail, to_timestamp(at / 1000) as happened_at,
        delivery, batch, vendor_id, address
      from pushed
      where (event_id in (
        select r.event_id from receipts r
        where r.tenant_id = ${tenant} and r.channel_id = ${channel} and r.applied_at is not null
          and r.event_id = any(array(select event_id from pushed)))) is not true
    ), ${moves(sql, tenant)}${origin === "vendor" ? sql`, ${marking(sql, tenant, channelId)}` : sql``}, kept as (
      insert into receipts (tenant_id, channel_id, event_id, type, code, detail, target, happened_at, delivery_id,
        applied_at)
      select ${tenant}, channel_id, event_id, type, code, detail, case when is_applied then '{}' else jsonb_strip_nulls(
          jsonb_build_object('delivery', delivery::text, 'batch', batch::text, 'vendorId', vendor_id, 'address', address))
        end, happened_at, case when is_applied then delivery_id end, case when is_applied then now() end
      from (select f.*, ${isApplied(sql)} as is_applied from found f offset 0) judged
      order by event_id
      on conflict do nothing
      returning event_id, type, code
    )
    select array(select event_id from kept where type = 'undelivered' and code is not null) as undelivered,
      ${tx.hasListeners ? sql`array(select id from moved)` : sql`'{}'::bigint[]`} as moved`;
  await recordEvents(tx, tenant, moved);
  return undelivered;
}

/**
 * Remembers when the channel last heard something new, to the second. Whoever finds the row locked leaves it: somebody else
 * writes the same second, or the channel is being changed. But for the first time: there may be no further receipt, and
 * the row is often written just then, because the channel has begun to work.
 */
const marking = (sql: Tx["sql"], tenant: string, channelId: string) => sql`
    marked as (
      update channels c set last_receipt_at = now()
      where c.tenant_id = ${tenant} and c.id = ${toUuid("channel", channelId)} and exists (select from incoming)
        and (c.last_receipt_at is null or exists (
          select from channels quiet where quiet.tenant_id = ${tenant} and quiet.id = c.id
            and quiet.last_receipt_at < now() - interval '1 second'
          for no key update skip locked))
    )`;

/** A receipt that has been applied, which says that something did not arrive, and why. */
export interface Undelivered {
  channelId: string;
  pluginId: string;
  eventId: string;
  type: "undelivered";
  code: string;
}

/** A place among a tenant's waiting receipts, from the newest back; the channel's id is a row key. */
export interface WaitingPlace {
  /** As the database writes it. */
  receivedAt: string;
  channelId: string;
  eventId: string;
}

/**
 * Tries the tenant's waiting receipts again: the newest, or some of those behind `behind`. Returns what they say about
 * deliveries that did not arrive, and where to go on; undefined when these were the last.
 */
export async function applyWaiting(
  tx: Tx,
  tenantId: string,
  behind?: WaitingPlace,
): Promise<{ undelivered: Undelivered[]; goOnBehind: WaitingPlace | undefined }> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const isBehind = behind
    ? sql`and received_at <= ${behind.receivedAt} and (received_at, channel_id, event_id)
        < (${behind.receivedAt}, ${behind.channelId}, ${behind.eventId})`
    : sql``;
  const rows = await sql<WaitingRow[]>`
    with incoming as materialized (
      select channel_id, event_id, type, code, detail, happened_at, received_at, (target ->> 'delivery')::bigint as delivery,
        (target ->> 'batch')::bigint as batch, target ->> 'vendorId' as vendor_id, target ->> 'address' as address
      from receipts
      where tenant_id = ${tenant} and applied_at is null and received_at > now() - interval '24 hours' ${isBehind}
      order by received_at desc, channel_id desc, event_id desc limit ${RECEIPTS_A_ROUND} for update skip locked
    ), ${moves(sql, tenant)}, applied as (
      update receipts r set applied_at = now(), delivery_id = f.delivery_id
      from found f
      where r.tenant_id = ${tenant} and r.channel_id = f.channel_id and r.event_id = f.event_id
        and ${isApplied(sql)} is true
      returning r.channel_id, r.event_id, r.type, r.code
    ), undelivered as (
      select a.channel_id, c.plugin_id, a.event_id, a.code from applied a
      join channels c on c.tenant_id = ${tenant} and c.id = a.channel_id
      where a.type = 'undelivered' and a.code is not null
    ), goes_on as (
      select jsonb_build_object('receivedAt', received_at, 'channelId', channel_id, 'eventId', event_id) as place
      from incoming where (select count(*) from incoming) = ${RECEIPTS_A_ROUND}
      order by received_at, channel_id, event_id limit 1
    )
    select u.*, g.place, null::bigint as moved_id from undelivered u full join goes_on g on true
    ${tx.hasListeners ? sql`union all select null, null, null, null, null, id from moved` : sql``}`;
  await recordEvents(
    tx,
    tenant,
    rows.flatMap((row) => row.moved_id ?? []),
  );
  return {
    undelivered: rows.flatMap(toUndelivered),
    goOnBehind: rows.find((row) => row.place !== null)?.place ?? undefined,
  };
}

interface WaitingRow {
  channel_id: string | null;
  plugin_id: string;
  event_id: string;
  code: string;
  place: WaitingPlace | null;
  moved_id: string | null;
}

const toUndelivered = (row: WaitingRow): Undelivered[] =>
  row.channel_id === null
    ? []
    : [
        {
          channelId: fromUuid("channel", row.channel_id),
          pluginId: row.plugin_id,
          eventId: row.event_id,
          type: "undelivered",
          code: row.code,
        },
      ];

/** The deliveries that these events of a channel have been applied to, with the events' codes. */
export async function listUndelivered(
  { sql }: Tx,
  tenantId: string,
  channelId: string,
  eventIds: readonly string[],
): Promise<{ deliveryId: string; code: string }[]> {
  return sql<{ deliveryId: string; code: string }[]>`
    select delivery_id as "deliveryId", code from receipts
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and event_id = any(${[...eventIds]}::text[]) and delivery_id is not null and code is not null`;
}

/** Whether a found receipt `f` is among the news; not a join, whose plan would compare each with each. */
const isApplied = (sql: Tx["sql"]) => sql`(f.delivery_id in (select id from news))`;

/** As an array that is read once a statement: a parameter's texts would be turned into states anew for every row. */
const states = (sql: Tx["sql"], list: readonly DeliveryState[]) =>
  sql`(select ${[...list]}::text[]::delivery_state[])::delivery_state[]`;

/** Our own references as keys; a reference that is none of ours never matches. `at` is in milliseconds. */
const toRow = (event: ReceiptEvent) => ({
  event_id: event.eventId,
  type: event.type,
  code: event.code,
  detail: event.detail,
  at: event.at,
  delivery: event.ref && keyOf("dlv", event.ref),
  batch: event.batchRef && keyOf("att", event.batchRef),
  vendor_id: event.vendorId,
  address: event.address,
});

function keyOf(prefix: "dlv" | "att", ref: string): string {
  try {
    return toBigint(prefix, ref);
  } catch {
    return "0";
  }
}

/** The deliveries `d` in the ranges of the batch that receipt `w` names, with its address. */
const ofBatch = (sql: Tx["sql"], tenant: string) => sql`attempts a join deliveries d
           on d.tenant_id = ${tenant} and d.id between a.first_id and a.last_id
           where a.tenant_id = ${tenant} and a.channel_id = w.channel_id
             and a.batch_id = w.batch and d.address = w.address`;

/** Whether it was attempt `a` that ended with delivery `d` accepted or unknown, or is about to. */
const isSentBy = (sql: Tx["sql"]) => sql`(d.accepted_at = a.ended_at
  or d.state = 'unknown' and d.changed_at = a.ended_at or a.ended_at is null and d.state = 'ready')`;

/**
 * Finds each incoming receipt's delivery, moves it, counts it, and wakes the fallback timers that the news may concern.
 */
const moves = (sql: Tx["sql"], tenant: string) => sql`
    found as materialized (
      select w.*, coalesce(
        w.delivery,
        -- Two may share an address, and what an earlier batch sent may lie between: first what the batch itself sent.
        (select d.id from ${ofBatch(sql, tenant)} and ${isSentBy(sql)} limit 1),
        (select d.id from ${ofBatch(sql, tenant)} limit 1),
        (select v.delivery_id from vendor_references v
           where v.tenant_id = ${tenant} and v.channel_id = w.channel_id
             and v.vendor_id = w.vendor_id limit 1)
      ) as delivery_id
      from incoming w
    ), news as materialized (
      -- Vendors give whole seconds: what happened right after the submission would seem to precede it. Of what was
      -- recalled, news is kept and changes nothing.
      select d.id, f.undelivered_at,
        case when f.delivered_at is not null and d.state <> 'recalled'
          then greatest(f.delivered_at, d.accepted_at) end as delivered_at,
        case when f.read_at is not null and d.state <> 'recalled' then greatest(f.read_at, d.accepted_at) end as read_at,
        case when f.clicked_at is not null and d.state <> 'recalled'
          then greatest(f.clicked_at, d.accepted_at) end as clicked_at,
        f.code, f.detail,
        d.state as old_state, d.reason as old_reason, d.read_at as old_read_at, d.clicked_at as old_clicked_at,
        d.message_id, d.channel_id, d.user_id, d.step, date_trunc('hour', d.created_at) as hour
      from (
        select delivery_id, channel_id,
          min(happened_at) filter (where type in ('delivered', 'read', 'clicked')) as delivered_at,
          min(happened_at) filter (where type = 'undelivered') as undelivered_at,
          min(happened_at) filter (where type in ('read', 'clicked')) as read_at,
          min(happened_at) filter (where type = 'clicked') as clicked_at,
          max(code) filter (where type = 'undelivered') as code,
          max(detail) filter (where type = 'undelivered') as detail
        from found where delivery_id is not null group by 1, 2
      ) f join deliveries d on d.tenant_id = ${tenant} and d.id = f.delivery_id and d.channel_id = f.channel_id
      where d.state <> 'ready'
      order by d.id for update of d
    ), moved as (
      update deliveries d set
        state = n.new_state,
        delivered_at = least(d.delivered_at, n.delivered_at),
        read_at = least(d.read_at, n.read_at),
        clicked_at = least(d.clicked_at, n.clicked_at),
        -- The first reason stays: it is what was counted.
        reason = case when n.new_state = n.old_state then d.reason
          when n.new_state = 'undelivered' then coalesce(n.code, 'undelivered') end,
        reason_detail = case when n.new_state = n.old_state then d.reason_detail
          when n.new_state = 'undelivered' then n.detail end,
        changed_at = now()
      from (
        select *, case
          when delivered_at is not null and old_state = any(${states(sql, statesBefore("delivered"))})
            then 'delivered'::delivery_state
          when undelivered_at is not null and old_state = any(${states(sql, statesBefore("undelivered"))})
            then 'undelivered'
          else old_state end as new_state
        from news where old_state = any(${states(sql, HEARING_STATES)})
      ) n where d.tenant_id = ${tenant} and d.id = n.id
      returning d.id, d.message_id, d.channel_id, d.user_id, d.step, n.hour, n.old_state, n.old_reason, d.state, d.reason,
        d.unit_count, d.cost, d.currency, n.old_read_at is null and d.read_at is not null as first_read,
        n.old_clicked_at is null and d.clicked_at is not null as first_click
    ), alike as materialized (
      -- Most have moved alike: what their message is of is looked up once for them.
      select message_id, channel_id, step, hour, old_state, old_reason, state, reason, currency, first_read, first_click,
        count(*) as amount, sum(unit_count) as units, sum(cost) as cost
      from moved group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, a.message_id, coalesce(m.source_id, ${NIL_UUID}), a.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), a.step, a.hour, c.measure, c.reason, sum(c.amount)
      from alike a
      join messages m on m.tenant_id = ${tenant} and m.id = a.message_id
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      cross join lateral (
        select 'delivered'::statistics_measure as measure, '' as reason, a.amount
          where a.state = 'delivered' and a.old_state <> 'delivered'
        union all select 'undelivered', coalesce(a.reason, ''), a.amount
          where a.state = 'undelivered' and a.old_state <> 'undelivered'
        union all select 'undelivered', coalesce(a.old_reason, ''), -a.amount
          where a.old_state = 'undelivered' and a.state = 'delivered'
        union all select 'submitted', '', a.amount where a.old_state = 'unknown' and a.state <> 'unknown'
        union all select 'unknown', '', -a.amount where a.old_state = 'unknown' and a.state <> 'unknown'
        union all select 'units', '', a.units
          where a.old_state = 'unknown' and a.state <> 'unknown' and a.units is not null
        union all select 'cost', a.currency, a.cost
          where a.old_state = 'unknown' and a.state <> 'unknown' and a.cost is not null
        union all select 'read', '', a.amount where a.first_read
        union all select 'clicked', '', a.amount where a.first_click
      ) c
      group by 2, 3, 4, 5, 6, 7, 8, 9
    ), woken as (
      -- An ended flow hears of it too: a late receipt tells that a later step was wasted. Without a policy there are none.
      update flows f set wake_at = now()
      from moved
      where moved.message_id = any(array(
          select m.id from messages m
          where m.tenant_id = ${tenant} and m.id = any(array(select message_id from alike))
            and m.policy_version_id is not null))
        and f.tenant_id = ${tenant} and f.message_id = moved.message_id and f.user_id = moved.user_id
        and f.step >= moved.step and (f.state <> 'satisfied' or f.step > moved.step)
    )`;
