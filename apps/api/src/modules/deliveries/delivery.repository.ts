import type { Tx } from "../../platform/database/index.ts";
import { fromBigint, fromUuid, toBigint, toUuid } from "../../platform/ids.ts";
import type { Money } from "../costs/index.ts";
import type { DeliveryState } from "./delivery.rules.ts";

export interface DeliveryRow {
  id: string;
  messageId: string;
  channel: { id: string; name: string; kind: string };
  user: { userId: string; name: string } | null;
  step: number;
  state: DeliveryState;
  attemptCount: number;
  address: string | null;
  addressOrigin: "all" | "source" | "channel" | "custom" | "user" | null;
  reason: string | null;
  reasonDetail: string | null;
  createdAt: Date;
  deferredUntil: Date | null;
  limitedUntil: Date | null;
  acceptedAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  clickedAt: Date | null;
  wastedAt: Date | null;
  /** What the vendor bills, at the price of that time; null where there was none, or it may not have taken it. */
  unitCount: number | null;
  cost: Money | null;
}

interface RawDelivery {
  id: string;
  message_id: string;
  channel_id: string;
  channel_name: string | null;
  channel_kind: string | null;
  external_id: string | null;
  user_name: string | null;
  step: number;
  state: DeliveryState;
  attempt_count: number;
  address: string | null;
  address_origin: DeliveryRow["addressOrigin"];
  reason: string | null;
  reason_detail: string | null;
  created_at: Date;
  deferred_until: Date | null;
  limited_until: Date | null;
  accepted_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  clicked_at: Date | null;
  wasted_at: Date | null;
  unit_count: number | null;
  cost: number | null;
  currency: string | null;
}

export interface DeliveryFilter {
  /** Any of these. */
  state?: readonly DeliveryState[] | undefined;
  engagement?: "read" | "clicked" | undefined;
  /** Whether an earlier step had arrived after all when it had left. */
  wasted?: boolean | undefined;
  channelId?: string | undefined;
  step?: number | undefined;
  /** Our reason code, or the vendor's. */
  reason?: string | undefined;
  /** The tenant's own id of a user. */
  userId?: string | undefined;
}

const columns = ({ sql }: Tx) => sql`
  d.id, d.message_id, d.channel_id, c.name as channel_name, c.kind as channel_kind, u.external_id,
  u.name as user_name, d.step, d.state, d.attempt_count, d.address, d.address_origin, d.reason, d.reason_detail,
  d.created_at, d.deferred_until, d.limited_until, d.accepted_at, d.delivered_at, d.read_at, d.clicked_at,
  d.wasted_at, d.unit_count, d.cost, d.currency`;

/**
 * A message's deliveries that the filter lets through, found through its chunks' id ranges; `d` is a delivery, `u` its
 * user and `c` its channel.
 */
export function matching(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  filter: DeliveryFilter,
  after = "0",
  upTo: string | null = null,
) {
  const tenant = toUuid("tenant", tenantId);
  const states = filter.state ? [...filter.state] : null;
  const engagement = filter.engagement ?? null;
  const wasted = filter.wasted ?? null;
  const reason = filter.reason ?? null;
  const channel = filter.channelId ? toUuid("channel", filter.channelId) : null;
  return sql`
    from chunks k
    cross join lateral (
      select * from deliveries d where d.tenant_id = ${tenant} and d.id between k.first_id and k.last_id
        and d.id > ${after} and (${upTo}::bigint is null or d.id <= ${upTo}::bigint)
        and (${states}::text[] is null or d.state = any(${states}::text[]::delivery_state[]))
        and (${reason}::text is null or d.reason = ${reason}::text)
        and (${engagement}::text is null
          or case ${engagement}::text when 'read' then d.read_at else d.clicked_at end is not null)
        and (${wasted}::boolean is null or (d.wasted_at is not null) = ${wasted}::boolean)
      offset 0
    ) d
    left join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
    left join users u on u.tenant_id = ${tenant} and u.id = d.user_id
    where k.tenant_id = ${tenant} and k.message_id = ${toUuid("message", messageId)}
      and k.last_id > ${after} and (${upTo}::bigint is null or k.first_id <= ${upTo}::bigint)
      and (${channel}::uuid is null or k.channel_id = ${channel}::uuid)
      and (${filter.step ?? null}::int is null or k.step = ${filter.step ?? null}::int)
      and (${filter.userId ?? null}::text is null or u.external_id = ${filter.userId ?? null}::text)`;
}

/** A message's deliveries in the order they were made. */
export async function listDeliveries(
  tx: Tx,
  tenantId: string,
  messageId: string,
  filter: DeliveryFilter,
  after: string | undefined,
  limit: number,
): Promise<DeliveryRow[]> {
  const rows = await tx.sql<RawDelivery[]>`
    select ${columns(tx)} ${matching(tx, tenantId, messageId, filter, after)} order by d.id limit ${limit}`;
  return rows.map(toDelivery);
}

export async function findDelivery(
  tx: Tx,
  tenantId: string,
  deliveryId: string,
): Promise<DeliveryRow | undefined> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const [row] = await sql<RawDelivery[]>`
    select ${columns(tx)} from deliveries d
    left join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
    left join users u on u.tenant_id = ${tenant} and u.id = d.user_id
    where d.tenant_id = ${tenant} and d.id = ${toBigint("dlv", deliveryId)}`;
  return row && toDelivery(row);
}

function toDelivery(row: RawDelivery): DeliveryRow {
  const channelId = fromUuid("channel", row.channel_id);
  return {
    id: fromBigint("dlv", row.id),
    messageId: fromUuid("message", row.message_id),
    channel: { id: channelId, name: row.channel_name ?? channelId, kind: row.channel_kind ?? "" },
    user:
      row.external_id === null ? null : { userId: row.external_id, name: row.user_name ?? row.external_id },
    step: row.step,
    state: row.state,
    attemptCount: row.attempt_count,
    address: row.address,
    addressOrigin: row.address_origin,
    reason: row.reason,
    reasonDetail: row.reason_detail,
    createdAt: row.created_at,
    deferredUntil: row.deferred_until,
    limitedUntil: row.limited_until,
    acceptedAt: row.accepted_at,
    deliveredAt: row.delivered_at,
    readAt: row.read_at,
    clickedAt: row.clicked_at,
    wastedAt: row.wasted_at,
    ...chargeOf(row),
  };
}

/** Nothing is billed as long as nobody knows whether the vendor took it. */
function chargeOf({
  state,
  unit_count,
  cost,
  currency,
}: RawDelivery): Pick<DeliveryRow, "unitCount" | "cost"> {
  if (state === "unknown" || cost === null || currency === null) return { unitCount: null, cost: null };
  return { unitCount: unit_count, cost: { amount: cost, currency } };
}

/** One thing that happened to a delivery. */
export interface TimelineEvent {
  at: Date;
  kind: "attempt_started" | "attempt_ended" | "receipt" | "inquiry" | "recall";
  /** The id of the attempt or recall, or the receipt's event id. */
  id: string;
  type: string;
  code: string | null;
  detail: string | null;
  deliveryCount: number | null;
}

/**
 * Attempts that covered the delivery (unless it was taken out of all of them), what the vendor is asked about it,
 * receipts, and recalls, in the order in which we saw them: vendors round the
 * moment of a receipt to the second, which would put it before the attempt it answers. No receipt shows a moment before
 * the submission.
 */
export async function listEvents(
  { sql }: Tx,
  tenantId: string,
  deliveryId: string,
): Promise<TimelineEvent[]> {
  const tenant = toUuid("tenant", tenantId);
  const key = toBigint("dlv", deliveryId);
  return sql<TimelineEvent[]>`
    with chunk as (
      select id from chunks where tenant_id = ${tenant} and first_id <= ${key} order by first_id desc limit 1
    ), covering as (
      select a.* from attempts a join chunk on a.chunk_id = chunk.id
      where a.tenant_id = ${tenant} and ${key} between a.first_id and a.last_id
        and exists(select from deliveries where tenant_id = ${tenant} and id = ${key}
          and (state = 'ready' or attempt_count > 0))
    )
    select started_at as at, 'attempt_started' as kind, id::text, 'started' as type, null as code, null as detail,
      delivery_count as "deliveryCount", started_at as seen_at from covering
    union all
    select ended_at, 'attempt_ended', id::text,
      case when outcome ? 'abandoned' then 'abandoned' else 'ended' end, null, null, delivery_count, ended_at
    from covering where ended_at is not null
    union all
    select greatest(r.happened_at, d.accepted_at), 'receipt', r.event_id, r.type, r.code, r.detail, null, r.received_at
    from receipts r join deliveries d on d.tenant_id = ${tenant} and d.id = ${key}
    where r.tenant_id = ${tenant} and r.delivery_id = ${key}
    union all
    select i.opened_at, 'inquiry', i.attempt_id::text, 'opened', null, null, null, i.opened_at
    from inquiries i join covering a on a.id = i.attempt_id
    join deliveries d on d.tenant_id = ${tenant} and d.id = ${key} and d.changed_at = i.opened_at
    where i.tenant_id = ${tenant} and i.kind = 'outcome' and d.state = 'unknown'
    union all
    select o.at, 'recall', o.recall_id::text, o.outcome::text, o.code, o.detail, null, o.at
    from recall_outcomes o where o.tenant_id = ${tenant} and o.delivery_id = ${key}
    order by seen_at, kind desc limit 200`;
}
