import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toBigint, toUuid } from "../../platform/ids.ts";
import { type DeliveryFilter, matching } from "./delivery.repository.ts";
import { REACHING_STATES, REASONS, RESENDABLE_STATES } from "./delivery.rules.ts";

/** Deliveries that one message may repeat: what one transaction makes without keeping others waiting. */
const MAX_RESENT = 10_000;

export interface Resendable {
  /** Row keys, in order. */
  deliveryIds: string[];
  channelIds: string[];
  recipientCount: number;
  /** Whether there are more than one message may repeat. */
  hasMore: boolean;
  /** Matching ones that are left alone because somebody could get them twice; counted up to the same limit. */
  skippedCount: number;
}

export type ResendFilter = DeliveryFilter & {
  /** Only this delivery; a row key. */
  key?: string | undefined;
};

/**
 * The matching deliveries that can be sent again. Left alone, unless forced, is what is under way or may have arrived:
 * by this delivery, by another step of the user's flow, or by an earlier resend that still stands, or that had come that
 * far when it was ended.
 */
export async function listResendable(
  tx: Tx,
  tenantId: string,
  messageId: string,
  filter: ResendFilter,
  force: boolean,
): Promise<Resendable> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  const key = filter.key ?? null;
  const reached = force ? [] : await listReachedByEnded(tx, tenant, message);
  // The flows of an ended message may not have been ended yet.
  const isEnded = sql`exists(select from messages m where m.tenant_id = ${tenant} and m.id = ${message}
    and m.state in ('cancelled', 'expired'))`;
  const safe = sql`(
    d.state = any(${[...RESENDABLE_STATES]}::text[]::delivery_state[])
    and not exists(select from flows f where f.tenant_id = ${tenant} and f.message_id = ${message}
      and f.user_id = d.user_id and (f.state = 'satisfied' or f.state = 'waiting' and not ${isEnded}
        or f.step > 0 and ${reachedBesides(tx, tenant)}))
    and not exists(select from resends r join messages m on m.tenant_id = ${tenant} and m.id = r.message_id
      where r.tenant_id = ${tenant} and r.delivery_id = d.id
        and m.state not in ('rejected', 'cancelled', 'expired'))
    and d.id not in (select unnest(${reached}::bigint[])))`;
  const asked = sql`${matching(tx, tenantId, messageId, filter)} and (${key}::bigint is null or d.id = ${key}::bigint)`;
  // Sorted when they are found: looking for the first of all would look at all.
  const rows = await sql<{ id: string; channel_id: string; recipient: string }[]>`
    select * from (
      select d.id, d.channel_id, coalesce(d.user_id::text, d.address, d.reason_detail, d.id::text) as recipient
      ${asked} and (${force} or ${safe}) limit ${MAX_RESENT + 1}
    ) found order by id`;
  const [skipped] = await sql<[{ count: number }]>`
    select count(*)::int as count from (
      select ${asked} and not (${force} or ${safe}) limit ${MAX_RESENT}
    ) left_alone`;
  const resent = rows.slice(0, MAX_RESENT);
  return {
    deliveryIds: resent.map(({ id }) => id),
    channelIds: [...new Set(resent.map((row) => fromUuid("channel", row.channel_id)))],
    recipientCount: new Set(resent.map(({ recipient }) => recipient)).size,
    hasMore: rows.length > MAX_RESENT,
    skippedCount: skipped.count,
  };
}

/** Whether another step than that of `d` has reached the user of flow `f`; one that stands at its first step has no other. */
const reachedBesides = ({ sql }: Tx, tenant: string) => sql`
  exists(select from deliveries o where o.tenant_id = ${tenant} and o.user_id = f.user_id
    and o.message_id = f.message_id and o.step <> d.step and o.state = any(${[...REACHING_STATES]}::text[]::delivery_state[]))`;

/**
 * The message's deliveries whose resends were ended, but not before they had reached the recipient on that channel. By
 * groups, not by a join: addresses have no index, and ten thousand must not be compared with ten thousand.
 */
async function listReachedByEnded({ sql }: Tx, tenant: string, message: string): Promise<string[]> {
  const rows = await sql<{ ids: string[] }[]>`
    with ended as materialized (
      select distinct m.id
      from chunks k
      join resends r on r.tenant_id = ${tenant} and r.delivery_id between k.first_id and k.last_id
      join messages m on m.tenant_id = ${tenant} and m.id = r.message_id and m.state in ('cancelled', 'expired')
      where k.tenant_id = ${tenant} and k.message_id = ${message}
    )
    select array_agg(delivery_id::text) filter (where delivery_id is not null) as ids
    from (
      select r.message_id, d.channel_id, coalesce(d.user_id::text, d.address, u.id::text) as recipient, r.delivery_id
      from ended e
      join resends r on r.tenant_id = ${tenant} and r.message_id = e.id
      join deliveries d on d.tenant_id = ${tenant} and d.id = r.delivery_id
      left join users u on d.reason = ${REASONS.userUnknown} and u.tenant_id = ${tenant}
        and u.external_id = d.reason_detail
      union all
      select d.message_id, d.channel_id, coalesce(d.user_id::text, d.address), null
      from ended e
      join chunks c on c.tenant_id = ${tenant} and c.message_id = e.id
      join deliveries d on d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id
        and d.state = any(${[...REACHING_STATES]}::text[]::delivery_state[])
    ) sent
    where recipient is not null
    group by message_id, channel_id, recipient having bool_or(delivery_id is null) and bool_or(delivery_id is not null)`;
  return rows.flatMap(({ ids }) => ids);
}

/** Remembers which deliveries a later message repeats. */
export async function saveResends(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  deliveryIds: string[],
): Promise<void> {
  await sql`
    insert into resends (tenant_id, message_id, delivery_id)
    select ${toUuid("tenant", tenantId)}, ${toUuid("message", messageId)}, id
    from unnest(${deliveryIds}::bigint[]) as id`;
}

/** A message that sends a delivery again. */
export interface Resend {
  messageId: string;
  at: Date;
}

/** The messages that send the delivery again, oldest first. */
export async function listResends({ sql }: Tx, tenantId: string, deliveryId: string): Promise<Resend[]> {
  const rows = await sql<{ message_id: string; created_at: Date }[]>`
    select message_id, created_at from resends
    where tenant_id = ${toUuid("tenant", tenantId)} and delivery_id = ${toBigint("dlv", deliveryId)}
    order by created_at limit 100`;
  return rows.map((row) => ({ messageId: fromUuid("message", row.message_id), at: row.created_at }));
}
