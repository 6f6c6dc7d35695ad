import type { Fragment, Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { holdCaps, withCaps } from "./capping.repository.ts";
import { dueTogether, quietUntilOf } from "./deferral.repository.ts";
import { REASONS } from "./delivery.rules.ts";
import { identityOf, reasonOf } from "./judging.repository.ts";
import type { Restraints } from "./restraints.ts";

/** Deliveries of one chunk at most: the number that waits for a crashed worker's lease to run out. */
export const CHUNK_SIZE = 2000;
/** Stands for "no source" and "no template" in the statistics. */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

/** One recipient that a message names: a user by the tenant's own id, or an address. */
export interface ListedRecipient {
  messageId: string;
  userId?: string;
  address?: string;
  variables?: Record<string, string | number>;
}

/**
 * Makes the first step's deliveries for recipients named one by one, for many messages at once. Returns the messages
 * of which nothing can be sent: no chunk will ever end them.
 */
export async function expandListed(
  tx: Tx,
  tenantId: string,
  recipients: ListedRecipient[],
  restraints: Restraints,
): Promise<string[]> {
  if (recipients.length === 0) return [];
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const wanted = recipients.map((recipient) => ({
    message_id: toUuid("message", recipient.messageId),
    external_id: recipient.userId,
    address: recipient.address,
    variables: recipient.variables,
  }));
  // LATERAL with OFFSET 0 keeps these index probes; as plain joins the planner may hash all messages or users.
  const target = sql`
    select w.*, m.source_id, m.priority, m.category, m.options, m.policy_version_id, m.template_version_id,
      c.id as channel_id, c.kind, u.id as user_id
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      as w(message_id uuid, external_id text, address text, variables jsonb)
    cross join lateral (
      select * from messages m where m.tenant_id = ${tenant} and m.id = w.message_id offset 0
    ) m
    cross join lateral unnest(m.channel_ids) as chosen(id)
    join channels c on c.tenant_id = ${tenant} and c.id = chosen.id
    left join lateral (
      select id from users u where u.tenant_id = ${tenant} and u.external_id = w.external_id offset 0
    ) u on true`;
  return makeDeliveries(tx, tenantId, target, 0, restraints);
}

/** Makes the deliveries of a later step for the users whose condition held. `userIds` are row keys. */
export async function expandStep(
  tx: Tx,
  due: { tenantId: string; messageId: string },
  step: { index: number; channelIds: string[]; userIds: string[] },
  restraints: Restraints,
): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", due.tenantId);
  const channels = step.channelIds.map((id) => toUuid("channel", id));
  const target = sql`
    select m.id as message_id, u.external_id, null as address, null::jsonb as variables, m.source_id, m.priority,
      m.category, m.options, m.policy_version_id, m.template_version_id, c.id as channel_id, c.kind, u.id as user_id
    from messages m
    join channels c on c.tenant_id = ${tenant} and c.id = any(${channels}::uuid[])
    join users u on u.tenant_id = ${tenant} and u.id = any(${step.userIds}::uuid[])
    where m.tenant_id = ${tenant} and m.id = ${toUuid("message", due.messageId)}`;
  await makeDeliveries(tx, due.tenantId, target, step.index, restraints);
}

/**
 * Makes the deliveries of a message that repeats earlier ones: to the same recipients, each by the same channel. A
 * typed address stays what it was; a user's is looked up again, and so is a user who was not known then. Returns the
 * message when nothing of it can be sent.
 */
export async function expandResends(
  tx: Tx,
  tenantId: string,
  messageId: string,
  restraints: Restraints,
): Promise<string[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const target = sql`
    select distinct on (d.channel_id, coalesce(d.user_id::text, d.address, d.reason_detail))
      m.id as message_id, coalesce(u.external_id, absent.external_id) as external_id,
      case when d.user_id is null then d.address end as address, d.variables, m.source_id, m.priority,
      m.category, m.options, m.policy_version_id, m.template_version_id, c.id as channel_id, c.kind, u.id as user_id
    from resends r
    join messages m on m.tenant_id = ${tenant} and m.id = r.message_id
    join deliveries d on d.tenant_id = ${tenant} and d.id = r.delivery_id
    join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
    cross join lateral (
      select case when d.reason = ${REASONS.userUnknown} then d.reason_detail end as external_id
    ) absent
    left join lateral (
      select id, external_id from users u
      where u.tenant_id = ${tenant} and (u.id = d.user_id or u.external_id = absent.external_id)
    ) u on true
    where r.tenant_id = ${tenant} and r.message_id = ${toUuid("message", messageId)}`;
  return makeDeliveries(tx, tenantId, target, 0, restraints);
}

/**
 * Makes the deliveries of `target`, one row per recipient and channel, with their chunks, flows and counts in one
 * statement. What cannot be sent becomes a row too, with its reason, so that every recipient has an answer. Returns the
 * messages that got nothing but such rows.
 */
async function makeDeliveries(
  tx: Tx,
  tenantId: string,
  target: Fragment,
  step: number,
  restraints: Restraints,
): Promise<string[]> {
  const tenant = toUuid("tenant", tenantId);
  const [, unsendable] = await Promise.all([
    holdCaps(tx, tenantId, restraints.caps),
    insertDeliveries(tx, tenant, target, step, restraints),
  ]);
  return unsendable.map((row) => fromUuid("message", row.message_id));
}

function insertDeliveries(
  tx: Tx,
  tenant: string,
  target: Fragment,
  step: number,
  { quietHours, caps }: Restraints,
) {
  const { sql } = tx;
  const due = dueTogether(tx, quietHours);
  const judged = sql`select a.*, ${reasonOf(tx)} as first_reason from addressed a`;
  return sql<{ message_id: string }[]>`
    with target as (${target}), addressed as (
      select t.*, coalesce(t.address, i.address) as chosen_address,
        case when t.address is not null then 'custom' else i.scope::text end::address_origin as origin,
        ${quietUntilOf(tx, tenant, quietHours)} as quiet_until
      from target t left join lateral (${identityOf(tx, tenant)}) i on true
    ), judged as (${withCaps(tx, tenant, caps, judged)}), deferred as (
      select j.*, case when j.reason is null then j.quiet_until end as deferred_until from judged j
    ), numbered as materialized (
      select d.*, base, base + row_number() over (order by message_id, channel_id ${due.byDue}) - 1 as id
      from deferred d cross join (select nextval('delivery_ids') as base) block
    ), saved as (
      insert into deliveries (id, tenant_id, message_id, channel_id, user_id, step, state, address_origin, address,
        deferred_until, reason, reason_detail, variables)
      select id, ${tenant}, message_id, channel_id, user_id, ${step},
        case when reason is null then 'ready' else 'suppressed' end::delivery_state,
        origin, chosen_address, deferred_until, reason, case when user_id is null then external_id else cap end,
        variables
      from numbered
    ), chunked as (
      insert into chunks (tenant_id, message_id, channel_id, step, priority, state, first_id, last_id, delivery_count
        ${due.column})
      select ${tenant}, message_id, channel_id, ${step}, min(priority),
        case when count(*) filter (where reason is null) > 0 then 'ready' else 'done' end::chunk_state,
        min(id), max(id), count(*) filter (where reason is null) ${due.value}
      from numbered group by message_id, channel_id, (id - base) / ${CHUNK_SIZE} ${due.perDue}
    ), flowing as (
      insert into flows (tenant_id, message_id, user_id, wake_at)
      select ${tenant}, message_id, user_id, case when bool_and(reason is not null) then now() end
      from numbered where ${step} = 0 and policy_version_id is not null and user_id is not null
      group by message_id, user_id
    ), skipping as (
      -- Nothing of a later step can be sent: no batch will wake the flow.
      update flows f set wake_at = now()
      from (
        select message_id, user_id from numbered where ${step} > 0
        group by message_id, user_id having bool_and(reason is not null)
      ) n where f.tenant_id = ${tenant} and f.message_id = n.message_id and f.user_id = n.user_id
    ), recorded as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, n.message_id, coalesce(n.source_id, ${NIL_UUID}), n.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), ${step}, date_trunc('hour', now()), measure,
        coalesce(measure_reason, ''), count(*)
      from numbered n
      left join template_versions v on v.tenant_id = ${tenant} and v.id = n.template_version_id
      cross join lateral (
        select 'targeted'::statistics_measure as measure, null as measure_reason
        union all select 'valid', null where n.reason is null
        union all select 'suppressed', n.reason where n.reason is not null
      ) counted
      group by 2, 3, 4, 5, 8, 9
    )
    select message_id from numbered group by message_id having bool_and(reason is not null)`;
}
