import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { REASONS } from "../delivery.rules.ts";
import { OWN_DELIVERIES } from "../dispatch/claims.rules.ts";
import { holdCaps } from "../judge/capping.repository.ts";
import { dueTogether } from "../judge/deferral.repository.ts";
import { contentKeyOf, lockContents, rememberContents } from "../judge/duplicates.repository.ts";
import { judge, type OneWay } from "../judge/judging.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import { type ReadChunk, readMade, sendingUntil } from "../send/send.repository.ts";

/** Deliveries of one chunk at most: the number that waits for a crashed worker's lease to run out. */
export const CHUNK_SIZE = 2000;
/** Stands for "no source" and "no template" in the statistics. */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

/** What was made of messages that name their recipients. */
export interface Made {
  /** Messages of which nothing can be sent: no chunk will ever end them. */
  unsendable: string[];
  /** The chunks that are being sent already. */
  begun: ReadChunk[];
}

/** Which step is made, what restrains it, and whether a message of it asks for deduplication. */
export interface Making {
  step: number;
  restraints: Restraints;
  deduplicates: boolean;
  /**
   * Chunks that are due are made as a worker's that is sending, but for those of channels that are on trial. There are no
   * more than `OWN_DELIVERIES` of them.
   */
  isBegun?: boolean;
  /** What the target reads under the name `lines`. */
  lines?: Fragment;
  /** Who the target's rows are, if all of them go the same way. */
  oneWay?: OneWay | undefined;
}

/**
 * Makes the first step's deliveries of messages that name their recipients, many at once. With `deduplicates` the
 * contents are locked, and no two of the messages say the same.
 */
export async function expandListed(
  tx: Tx,
  tenantId: string,
  messageIds: readonly string[],
  making: Omit<Making, "step">,
): Promise<Made> {
  const tenant = toUuid("tenant", tenantId);
  const ids = messageIds.map((id) => toUuid("message", id));
  const messages = tx.sql`select * from messages where tenant_id = ${tenant} and id = any(${ids}::uuid[])`;
  const target = listedTarget(tx, tenant, messages, recipientsOf(tx));
  const [unsendable, begun] = await Promise.all([
    makeDeliveries(tx, tenant, target, { step: 0, ...making }),
    // Right behind it, so that it finds what has been made.
    making.isBegun ? readMade(tx, tenantId, messageIds) : [],
  ]);
  return { unsendable, begun };
}

/** The recipients that message `m` names, each once; of an address that stands there twice, however typed, the last row holds. */
export const recipientsOf = ({ sql }: Tx): Fragment => sql`
  select distinct external_id, null::text as address, null::jsonb as variables
  from jsonb_array_elements_text(m.audience -> 'userIds') as named(external_id)
  union all
  (select distinct on (address_key(typed ->> 'address')) null, typed ->> 'address', typed -> 'variables'
  from jsonb_array_elements(m.audience -> 'addresses') with ordinality as given(typed, place)
  order by address_key(typed ->> 'address'), place desc)`;

/** The target of recipients named one by one: of each row `m` of `messages`, its `recipients`. */
export function listedTarget(tx: Tx, tenant: string, messages: Fragment, recipients: Fragment): Fragment {
  // LATERAL with OFFSET 0 keeps these index probes; as a plain join the planner may hash all users.
  return tx.sql`
    select m.id as message_id, w.*, m.source_id, m.priority, m.category, m.options, m.policy_version_id,
      m.template_version_id, ${contentKeyOf(tx)} as content_key, chosen.id as channel_id, c.kind, u.id as user_id
    from (${messages}) m
    cross join lateral (${recipients}) w
    cross join lateral unnest(m.channel_ids) as chosen(id)
    left join channels c on c.tenant_id = ${tenant} and c.id = chosen.id
    left join lateral (
      select id from users u where u.tenant_id = ${tenant} and u.external_id = w.external_id offset 0
    ) u on true`;
}

/**
 * Makes the deliveries of a later step for the users whose condition held. `userIds` are row keys. Who has been deleted
 * meanwhile has no address, and a row that says so: it takes the flow on to its end.
 */
export async function expandStep(
  tx: Tx,
  due: { tenantId: string; messageId: string },
  step: { index: number; channelIds: string[]; userIds: string[] } & Omit<Making, "step">,
): Promise<void> {
  const { sql } = tx;
  if (step.deduplicates) await lockContents(tx, due.tenantId, [due.messageId]);
  const tenant = toUuid("tenant", due.tenantId);
  const channels = step.channelIds.map((id) => toUuid("channel", id));
  const target = sql`
    select m.id as message_id, u.external_id, null as address,
      case when m.is_of_file then (
        select d.variables from deliveries d
        where d.tenant_id = ${tenant} and d.user_id = taking.id and d.message_id = m.id and d.step = 0 limit 1
      ) end as variables,
      m.source_id, m.priority, m.category, m.options, m.policy_version_id, m.template_version_id,
      ${contentKeyOf(tx)} as content_key, chosen.id as channel_id, c.kind, taking.id as user_id
    from (
      -- OFFSET keeps the audience, which may be long, from being looked into once a user.
      select *, audience ->> 'kind' = 'file' as is_of_file from messages
      where tenant_id = ${tenant} and id = ${toUuid("message", due.messageId)} offset 0
    ) m
    cross join unnest(${channels}::uuid[]) as chosen(id)
    left join channels c on c.tenant_id = ${tenant} and c.id = chosen.id
    cross join unnest(${step.userIds}::uuid[]) as taking(id)
    left join lateral (
      select external_id from users u where u.tenant_id = ${tenant} and u.id = taking.id offset 0
    ) u on true`;
  await makeDeliveries(tx, tenant, target, { ...step, step: step.index });
}

/**
 * Makes the deliveries of a message that repeats earlier ones: to the same recipients, each by the same channel. A
 * typed address stays what it was; a user's is looked up again, and so is a user who was not known then. Of whom nothing
 * is known any more each delivery stands for itself.
 */
export async function expandResends(
  tx: Tx,
  tenantId: string,
  messageId: string,
  { restraints, deduplicates }: Omit<Making, "step">,
): Promise<void> {
  const { sql } = tx;
  if (deduplicates) await lockContents(tx, tenantId, [messageId]);
  const tenant = toUuid("tenant", tenantId);
  const target = sql`
    select distinct on (d.channel_id, coalesce(d.user_id::text, d.address, d.reason_detail, d.id::text))
      m.id as message_id, coalesce(u.external_id, absent.external_id) as external_id,
      case when d.user_id is null then d.address end as address, d.variables, m.source_id, m.priority,
      m.category, m.options, m.policy_version_id, m.template_version_id, ${contentKeyOf(tx)} as content_key,
      d.channel_id, c.kind, u.id as user_id
    from resends r
    join messages m on m.tenant_id = ${tenant} and m.id = r.message_id
    join deliveries d on d.tenant_id = ${tenant} and d.id = r.delivery_id
    left join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
    cross join lateral (
      select case when d.reason = ${REASONS.userUnknown} then d.reason_detail end as external_id
    ) absent
    left join lateral (
      select id, external_id from users u
      where u.tenant_id = ${tenant} and (u.id = d.user_id or u.external_id = absent.external_id)
    ) u on true
    where r.tenant_id = ${tenant} and r.message_id = ${toUuid("message", messageId)}`;
  await makeDeliveries(tx, tenant, target, { step: 0, restraints, deduplicates });
}

/**
 * Makes the deliveries of `target`, one row per recipient and channel, with their chunks, flows and counts in one
 * statement. What cannot be sent becomes a row too, with its reason, so that every recipient has an answer. Returns the
 * messages of which nothing can be sent.
 */
export async function makeDeliveries(
  tx: Tx,
  tenant: string,
  target: Fragment,
  making: Making,
): Promise<string[]> {
  const [, rows] = await Promise.all([
    holdCaps(tx, tenant, making.restraints.caps),
    insertDeliveries(tx, tenant, target, making),
  ]);
  await recordEvents(tx, tenant, rows);
  return rows.flatMap((row) => (row.is_unsendable ? [fromUuid("message", row.message_id)] : []));
}

/** Deliveries of a message of which some are not sent. */
interface NotAllSent {
  message_id: string;
  firstId: string;
  lastId: string;
  is_unsendable: boolean;
}

function insertDeliveries(
  tx: Tx,
  tenant: string,
  target: Fragment,
  { step, restraints, deduplicates, isBegun = false, lines, oneWay }: Making,
) {
  const { sql } = tx;
  const due = dueTogether(tx, restraints.quietHours);
  const remembered = deduplicates
    ? sql`, remembered as (${rememberContents(tx, tenant, sql`numbered`)})`
    : sql``;
  const begin = isBegun
    ? {
        columns: sql`, lease_token, lease_until`,
        values: sql`, case when is_begun then gen_random_uuid() end, case when is_begun then ${sendingUntil(tx)} end`,
        state: sql`when is_begun then 'sending'`,
        isBegun: sql`, ${isBeginnable(tx, tenant)} as is_begun`,
        // Leaves nothing out. A planner that takes every list for a hundred provides megabytes for each call.
        target: sql`select * from (${target}) few limit ${sql.unsafe(String(OWN_DELIVERIES))}`,
      }
    : { columns: sql``, values: sql``, state: sql``, isBegun: sql``, target };
  return sql<NotAllSent[]>`
    with ${lines ? sql`lines as materialized (${lines}),` : sql``}
    judged as (${judge(tx, tenant, begin.target, restraints, { oneWay })}), numbered as materialized (
      select j.*, base, base + row_number() over (order by message_id, channel_id ${due.byDue}) - 1 as id
      from judged j cross join (select nextval('delivery_ids') as base) block
    ), saved as (
      insert into deliveries (id, tenant_id, message_id, channel_id, user_id, step, state, address_origin, address,
        deferred_until, reason, reason_detail, variables)
      select id, ${tenant}, message_id, channel_id, user_id, ${step}, state, origin, chosen_address,
        deferred_until, reason, case when user_id is null then external_id else cap end, variables
      from numbered
    ), chunked as (
      insert into chunks (tenant_id, message_id, channel_id, step, priority, state, first_id, last_id, delivery_count
        ${due.column} ${begin.columns})
      select ${tenant}, message_id, channel_id, ${step}, priority,
        case ${begin.state} when is_ready then 'ready' else 'done' end::chunk_state, first_id, last_id,
        delivery_count ${due.column} ${begin.values}
      from (
        select message_id, channel_id, min(priority) as priority, bool_or(state = 'ready') as is_ready,
          min(id) as first_id, max(id) as last_id, count(*) filter (where state <> 'suppressed') as delivery_count
          ${due.value} ${begin.isBegun}
        from numbered group by message_id, channel_id, (id - base) / ${CHUNK_SIZE} ${due.perDue}
      ) made
    ), flowing as (${flowing(tx, tenant, step)}), recorded as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, n.message_id, coalesce(n.source_id, ${NIL_UUID}), n.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), ${step}, date_trunc('hour', now()), measure,
        coalesce(measure_reason, ''), sum(n.amount)
      from (
        select message_id, source_id, channel_id, template_version_id, state, reason, count(*) as amount
        from numbered group by 1, 2, 3, 4, 5, 6
      ) n
      left join template_versions v on v.tenant_id = ${tenant} and v.id = n.template_version_id
      cross join lateral (
        select 'targeted'::statistics_measure as measure, null as measure_reason
        union all select 'valid', null where n.state <> 'suppressed'
        union all select n.state::text::statistics_measure, case when n.state <> 'cancelled' then n.reason end
          where n.state <> 'ready'
      ) counted
      group by 2, 3, 4, 5, 8, 9
    )${remembered}
    select message_id, min(id) as "firstId", max(id) as "lastId", bool_and(reason is not null) as is_unsendable
    from numbered group by message_id having ${tx.hasListeners ? sql`bool_or` : sql`bool_and`}(reason is not null)`;
}

/** The first step begins the flows of rows `numbered`; a later one of which nothing can be sent wakes them: no batch will. */
const flowing = ({ sql }: Tx, tenant: string, step: number): Fragment =>
  step === 0
    ? sql`
      insert into flows (tenant_id, message_id, user_id, wake_at)
      select ${tenant}, message_id, user_id, case when bool_and(reason is not null) then now() end
      from numbered where policy_version_id is not null and user_id is not null
      group by message_id, user_id`
    : sql`
      update flows f set wake_at = now()
      from (
        select message_id, user_id from numbered group by message_id, user_id having bool_and(reason is not null)
      ) n where f.tenant_id = ${tenant} and f.message_id = n.message_id and f.user_id = n.user_id`;

/** Whether a chunk of rows `numbered` is begun as it is made: some of it is due, and its channel is well. */
const isBeginnable = (
  { sql }: Tx,
  tenant: string,
): Fragment => sql`bool_or(state = 'ready' and deferred_until is null)
  and not exists(select from channel_circuits k
    where k.tenant_id = ${tenant} and k.channel_id = numbered.channel_id and k.state <> 'closed')`;
