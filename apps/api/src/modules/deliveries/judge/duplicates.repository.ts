import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { REASONS, RESENDABLE_STATES } from "../delivery.rules.ts";
import { takeTurn } from "./turns.repository.ts";

/*
 * Deduplication by content: whoever has been sent the same by another message that asks for it too is left out, for as
 * long as the later one looks back. The same is: template version or content, the message's variables and the row's,
 * the channel kind, and the user or the typed address. What certainly has not arrived does not count; what waits counts,
 * however long ago it was made, and what was sent from the moment at which it was.
 *
 * Messages of one content make their deliveries one after the other, so of two at the same moment the second sees what
 * the first has done. Messages that do not ask for it pay nothing.
 */

/** Tells this lock from others. */
const CONTENT = 3;

/** What message `m` says, to all alike; null where it does not ask for deduplication. */
export const contentKeyOf = ({ sql }: Tx): Fragment => sql`case when m.options ? 'deduplicateSeconds' then
  sha256(convert_to(jsonb_build_array(m.template_version_id, m.renderings, m.variables)::text, 'UTF8')) end`;

/** What row `a` is sent, and to whom. */
export const fingerprintOf = ({
  sql,
}: Tx): Fragment => sql`sha256(a.content_key || convert_to(jsonb_build_array(
  a.kind, a.user_id, case when a.user_id is null then address_key(a.chosen_address) end,
  coalesce(a.variables, '{}'))::text, 'UTF8'))`;

/** When delivery `d` was sent, as far as others look back to it: what waits will be; null where it certainly has not arrived. */
const sentAt = ({ sql }: Tx): Fragment => sql`case when d.state = 'ready' then now()
  when d.state <> all(${[...RESENDABLE_STATES]}::text[]::delivery_state[]) then coalesce(d.accepted_at, d.changed_at) end`;

/**
 * The reason why row `a` is left out as a duplicate; null when it is none. OFFSET leaves no way to what has been sent but
 * by the fingerprint, which has to be known for that: behind row-level security the index takes leakproof conditions only.
 */
export const duplicateOf = (tx: Tx, tenant: string): Fragment => tx.sql`case
  when a.content_key is not null and (
    select true from (select ${fingerprintOf(tx)} as fingerprint offset 0) own
    cross join lateral (
      select * from sent_contents where tenant_id = ${tenant} and fingerprint = own.fingerprint offset 0
    ) s
    cross join lateral (
      select ${sentAt(tx)} as sent_at from deliveries d
      where d.tenant_id = ${tenant} and d.id = s.delivery_id offset 0
    ) d
    where s.message_id <> a.message_id
      and d.sent_at > now() - make_interval(secs => (a.options ->> 'deduplicateSeconds')::float8)
    limit 1) then ${REASONS.duplicateContent} end`;

/** Remembers what was made of rows `a`, which have an `id` and a `reason` by now. */
export const rememberContents = (tx: Tx, tenant: string, rows: Fragment): Fragment => tx.sql`
  insert into sent_contents (tenant_id, fingerprint, delivery_id, message_id)
  select ${tenant}, ${fingerprintOf(tx)}, a.id, a.message_id from ${rows} a
  where a.reason is null and a.content_key is not null`;

/** Waits for other messages of the same contents, and keeps further ones out until the transaction ends. */
export async function lockContents(tx: Tx, tenantId: string, messageIds: readonly string[]): Promise<void> {
  const tenant = toUuid("tenant", tenantId);
  const ids = messageIds.map((id) => toUuid("message", id));
  const keys = tx.sql`
    select distinct hashtextextended(${tenant}::text || encode(${contentKeyOf(tx)}, 'hex'), ${CONTENT}) as key
    from messages m
    where m.tenant_id = ${tenant} and m.id = any(${ids}::uuid[]) and m.options ? 'deduplicateSeconds'
    order by key`;
  await takeTurn(tx, keys);
}

const LONGEST_WINDOW_DAYS = 30;

/** Tenants with contents that no message looks back to any more. Runs as the dispatcher, across tenants. */
export async function listTenantsWithOldContents({ sql }: Tx): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`
    select distinct tenant_id from (
      select tenant_id from sent_contents where created_at < now() - make_interval(days => ${LONGEST_WINDOW_DAYS})
      order by created_at limit 10000
    ) old`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

const FORGOTTEN_AT_ONCE = 10_000;

/**
 * Forgets some of the tenant's old contents; true when there may be more. What was made long ago but sent later, or waits,
 * is as new as that: it is looked at again when its time is over.
 */
export async function forgetContents(tx: Tx, tenantId: string): Promise<boolean> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const oldest = sql`now() - make_interval(days => ${LONGEST_WINDOW_DAYS})`;
  const [row] = await sql<[{ count: number }]>`
    with old as materialized (
      select fingerprint, delivery_id from sent_contents where tenant_id = ${tenant} and created_at < ${oldest}
      order by created_at limit ${FORGOTTEN_AT_ONCE}
    ), judged as materialized (
      select old.*, d.sent_at, coalesce(d.sent_at >= ${oldest}, false) as is_kept
      from old left join lateral (
        select ${sentAt(tx)} as sent_at from deliveries d
        where d.tenant_id = ${tenant} and d.id = old.delivery_id offset 0
      ) d on true
    ), kept as (
      update sent_contents s set created_at = j.sent_at from judged j
      where j.is_kept and s.tenant_id = ${tenant} and s.fingerprint = j.fingerprint and s.delivery_id = j.delivery_id
    ), forgotten as (
      delete from sent_contents s using judged j
      where not j.is_kept and s.tenant_id = ${tenant} and s.fingerprint = j.fingerprint
        and s.delivery_id = j.delivery_id
    )
    select count(*)::int as count from old`;
  return row.count === FORGOTTEN_AT_ONCE;
}
