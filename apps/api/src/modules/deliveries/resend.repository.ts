import type { Fragment, Tx } from "../../platform/database/index.ts";
import { fromUuid, toBigint, toUuid } from "../../platform/ids.ts";
import { type DeliveryFilter, matching } from "./delivery.repository.ts";
import { REACHING_STATES, REASONS, RESENDABLE_STATES } from "./delivery.rules.ts";

/** Deliveries that one statement looks at: of a million that are to be left alone each takes several looks at indexes. */
const LOOKED_AT = 40_000;

/** A delivery that can be sent again. */
export interface ResendableDelivery {
  /** Row key. */
  id: string;
  channelId: string;
  /** Equal for deliveries to the same. */
  recipient: string;
}

/** Which deliveries of a message are looked for. */
export interface ResendSearch {
  messageId: string;
  filter: DeliveryFilter;
  /** Also what is under way or may have arrived. */
  force: boolean;
}

/** What looking at some of a message's deliveries has come to. */
export interface LookedAt {
  /** In the order of their ids. */
  found: ResendableDelivery[];
  /** Matching ones that are left alone because somebody could get them twice. */
  skippedCount: number;
  /** A row key behind which to go on; undefined when there are no more. */
  goOnAfter: string | undefined;
}

/**
 * Finds up to `limit` of a message's deliveries that can be sent again among the next behind `after`, a row key. Left
 * alone, unless forced, is what is under way or may have arrived: by this delivery, by another step of the user's flow, or
 * by an earlier resend that still stands, or that had come that far when it was ended.
 */
export async function lookForResendable(
  tx: Tx,
  tenantId: string,
  { messageId, filter, force }: ResendSearch,
  after: string,
  limit: number,
): Promise<LookedAt> {
  const { sql } = tx;
  const [tenant, message] = [toUuid("tenant", tenantId), toUuid("message", messageId)];
  const [end] = await sql<[{ upTo: string | null; isLast: boolean | null }]>`
    select max(last_id) filter (where is_next)::text as "upTo", bool_and(is_next) as "isLast" from (
      select last_id, sum(last_id - first_id + 1) over (order by first_id) - (last_id - first_id) <= ${LOOKED_AT} as is_next
      from chunks where tenant_id = ${tenant} and message_id = ${message} and last_id > ${after}
    ) behind`;
  if (end.upTo === null) return { found: [], skippedCount: 0, goOnAfter: undefined };
  const resent = sql`
    select r.message_id from chunks k
    join resends r on r.tenant_id = ${tenant} and r.delivery_id between k.first_id and k.last_id
    where k.tenant_id = ${tenant} and k.message_id = ${message} and k.last_id > ${after} and k.first_id <= ${end.upTo}`;
  const reached = force ? [] : await listReachedByEnded(tx, tenant, resent);
  const isFree = force ? sql`true` : isFreeToResend(tx, tenant, message, reached);
  const rows = await sql<(RawResendable & { skipped: number | null })[]>`
    with looked_at as materialized (
      select ${resendable(tx)}, ${isFree} as is_free ${matching(tx, tenantId, messageId, filter, after, end.upTo)}
    )
    (select id, channel_id, recipient, null::int as skipped from looked_at where is_free order by id limit ${limit})
    union all
    select null, null, null, count(*)::int from looked_at where not is_free`;
  return {
    found: rows.filter((row) => row.skipped === null).map(toResendable),
    skippedCount: rows.find((row) => row.skipped !== null)?.skipped ?? 0,
    goOnAfter: end.isLast ? undefined : end.upTo,
  };
}

/** Those of a message's deliveries, by their row keys, that can be sent again now. */
export async function listResendable(
  tx: Tx,
  tenantId: string,
  messageId: string,
  deliveryIds: readonly string[],
  force: boolean,
): Promise<ResendableDelivery[]> {
  const [tenant, message] = [toUuid("tenant", tenantId), toUuid("message", messageId)];
  const { sql } = tx;
  const ids = sql`${[...deliveryIds]}::bigint[]`;
  const resent = sql`select message_id from resends where tenant_id = ${tenant} and delivery_id = any(${ids})`;
  const reached = force ? [] : await listReachedByEnded(tx, tenant, resent);
  const isFree = force ? sql`true` : isFreeToResend(tx, tenant, message, reached);
  const rows = await sql<RawResendable[]>`
    select ${resendable(tx)} from deliveries d
    where d.tenant_id = ${tenant} and d.message_id = ${message} and d.id = any(${ids}) and ${isFree}
    order by d.id`;
  return rows.map(toResendable);
}

interface RawResendable {
  id: string;
  channel_id: string;
  recipient: string;
}

const resendable = ({ sql }: Tx) => sql`
  d.id, d.channel_id, coalesce(d.user_id::text, d.address, d.reason_detail, d.id::text) as recipient`;

const toResendable = ({ id, channel_id: channelId, recipient }: RawResendable): ResendableDelivery => ({
  id,
  channelId: fromUuid("channel", channelId),
  recipient,
});

/** Whether delivery `d` of the message can be sent again; of `reached` an ended resend has come too far. */
function isFreeToResend(tx: Tx, tenant: string, message: string, reached: readonly string[]): Fragment {
  const { sql } = tx;
  // The flows of an ended message may not have been ended yet.
  const isEnded = sql`exists(select from messages m where m.tenant_id = ${tenant} and m.id = ${message}
    and m.state in ('cancelled', 'expired'))`;
  return sql`(
    d.state = any(${[...RESENDABLE_STATES]}::text[]::delivery_state[])
    and not exists(select from flows f where f.tenant_id = ${tenant} and f.message_id = ${message}
      and f.user_id = d.user_id and (f.state = 'satisfied' or f.state = 'waiting' and not ${isEnded}
        or f.step > 0 and ${reachedBesides(tx, tenant)}))
    and not exists(select from resends r join messages m on m.tenant_id = ${tenant} and m.id = r.message_id
      where r.tenant_id = ${tenant} and r.delivery_id = d.id
        and m.state not in ('rejected', 'cancelled', 'expired'))
    and d.id not in (select unnest(${[...reached]}::bigint[])))`;
}

/** Whether another step than that of `d` has reached the user of flow `f`; one that stands at its first step has no other. */
const reachedBesides = ({ sql }: Tx, tenant: string) => sql`
  exists(select from deliveries o where o.tenant_id = ${tenant} and o.user_id = f.user_id
    and o.message_id = f.message_id and o.step <> d.step and o.state = any(${[...REACHING_STATES]}::text[]::delivery_state[]))`;

/**
 * The deliveries whose resends were ended, but not before they had reached the recipient on that channel; `resent` finds
 * the messages that may have sent them again. By groups, not by a join: addresses have no index, and ten thousand must
 * not be compared with ten thousand.
 */
async function listReachedByEnded({ sql }: Tx, tenant: string, resent: Fragment): Promise<string[]> {
  const rows = await sql<{ ids: string[] }[]>`
    with ended as materialized (
      select distinct m.id from (${resent}) r
      join messages m on m.tenant_id = ${tenant} and m.id = r.message_id and m.state in ('cancelled', 'expired')
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
