import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toBigint, toUuid } from "../../platform/ids.ts";
import { type DeliveryFilter, matching } from "./delivery.repository.ts";
import { RESENDABLE_STATES } from "./delivery.rules.ts";

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
 * by this delivery, by another step of the user's flow, or by an earlier resend that still stands.
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
  // The flows of an ended message may not have been ended yet.
  const isEnded = sql`exists(select from messages m where m.tenant_id = ${tenant} and m.id = ${message}
    and m.state in ('cancelled', 'expired'))`;
  const safe = sql`(
    d.state = any(${[...RESENDABLE_STATES]}::text[]::delivery_state[])
    and not exists(select from flows f where f.tenant_id = ${tenant} and f.message_id = ${message}
      and f.user_id = d.user_id and (f.state = 'satisfied' or f.state = 'waiting' and not ${isEnded}))
    and not exists(select from resends r join messages m on m.tenant_id = ${tenant} and m.id = r.message_id
      where r.tenant_id = ${tenant} and r.delivery_id = d.id
        and m.state not in ('rejected', 'cancelled', 'expired')))`;
  const asked = sql`${matching(tx, tenantId, messageId, filter)} and (${key}::bigint is null or d.id = ${key}::bigint)`;
  const rows = await sql<{ id: string; channel_id: string; recipient: string }[]>`
    select d.id, d.channel_id, coalesce(d.user_id::text, d.address, d.reason_detail, '') as recipient
    ${asked} and (${force} or ${safe}) order by d.id limit ${MAX_RESENT + 1}`;
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
