import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { type Consent, MAX_REMAINING } from "./allowance.rules.ts";
import type { ChannelRef } from "./change.repository.ts";

/** A delivery that needs a consent; its row key. */
export interface Wanting extends Consent {
  deliveryId: string;
}

/**
 * Takes a consent for each delivery, once however often it is tried, and returns those for which none is left. Where
 * nothing is known of a recipient, nothing is taken. Of two transactions that want the last one, the second sees that it is
 * gone.
 */
export async function takeAllowances(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  wanting: readonly Wanting[],
): Promise<Set<string>> {
  if (wanting.length === 0) return new Set();
  const tenant = toUuid("tenant", tenantId);
  const channel = toUuid("channel", channelId);
  const rows = await sql<{ delivery_id: string }[]>`
    with wanting as materialized (
      select w.* from jsonb_to_recordset(${JSON.stringify(wanting)}::jsonb)
        as w("deliveryId" bigint, address text, subject text)
      where not exists(select from allowance_holds h where h.tenant_id = ${tenant} and h.delivery_id = w."deliveryId")
    ), known as materialized (
      select a.id, a.address, a.subject, a.remaining from recipient_allowances a
      join (select distinct address, subject from wanting) w on w.address = a.address and w.subject = a.subject
      where a.tenant_id = ${tenant} and a.channel_id = ${channel}
      order by a.address, a.subject for update of a
    ), judged as materialized (
      select w."deliveryId" as delivery_id, k.id, k.address, k.subject,
        row_number() over (partition by k.id order by w."deliveryId") <= k.remaining as is_taken
      from wanting w join known k on k.address = w.address and k.subject = w.subject
    ), taken as (
      update recipient_allowances a set remaining = a.remaining - t.amount, updated_at = now()
      from (select id, count(*) as amount from judged where is_taken group by id) t
      where a.tenant_id = ${tenant} and a.channel_id = ${channel} and a.id = t.id
    ), held as (
      insert into allowance_holds (tenant_id, delivery_id, channel_id, address, subject)
      select ${tenant}, delivery_id, ${channel}, address, subject from judged where is_taken
    )
    select delivery_id from judged where not is_taken`;
  return new Set(rows.map((row) => row.delivery_id));
}

/** Deliveries whose outcome is known; their row keys. */
export interface Settled {
  usedIds: readonly string[];
  /** Certainly not sent. */
  returnedIds: readonly string[];
}

/**
 * Ends the holds of deliveries. What was not sent is given back, unless everything from before was withdrawn meanwhile.
 */
export async function settleHolds(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  { usedIds, returnedIds }: Settled,
): Promise<void> {
  const ids = [...usedIds, ...returnedIds];
  if (ids.length === 0) return;
  const tenant = toUuid("tenant", tenantId);
  const channel = toUuid("channel", channelId);
  await sql`
    with ended as (
      delete from allowance_holds h where h.tenant_id = ${tenant} and h.delivery_id = any(${ids}::bigint[])
      returning h.address, h.subject, h.held_at, h.delivery_id = any(${[...returnedIds]}::bigint[]) as is_returned
    ), returned as materialized (
      select * from ended where is_returned
    ), known as materialized (
      select a.id, a.address, a.subject, a.emptied_at from recipient_allowances a
      join (select distinct address, subject from returned) r on r.address = a.address and r.subject = a.subject
      where a.tenant_id = ${tenant} and a.channel_id = ${channel}
      order by a.address, a.subject for update of a
    )
    update recipient_allowances a set remaining = least(a.remaining + b.amount, ${MAX_REMAINING}), updated_at = now()
    from (
      select k.id, count(*) as amount from known k
      join returned r on r.address = k.address and r.subject = k.subject
      where k.emptied_at is null or r.held_at >= k.emptied_at
      group by k.id
    ) b
    where a.tenant_id = ${tenant} and a.channel_id = ${channel} and a.id = b.id`;
}
