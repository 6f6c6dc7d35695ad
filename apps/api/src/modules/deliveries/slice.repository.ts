import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import type { MessageCategory } from "../templates/index.ts";
import { holdCaps, withCaps } from "./capping.repository.ts";
import { dueTogether, quietUntilOf } from "./deferral.repository.ts";
import { CHUNK_SIZE, NIL_UUID } from "./expansion.repository.ts";
import { identityOf, reasonOf } from "./judging.repository.ts";
import type { Restraints } from "./restraints.ts";

/**
 * Users that one slice of a large audience covers: large enough that its transaction costs nothing per user, small
 * enough that it ends well within its deadline on a busy machine. Its ids fit into one block of the sequence.
 */
export const SLICE_SIZE = 20_000;

/** Where a slice of the users ends. */
export interface Slice {
  lastUserId: string;
  isLast: boolean;
}

export interface ExpandingMessage {
  id: string;
  audience: { kind: "all" } | { kind: "tags"; any: string[]; all: string[]; not: string[] };
  sourceId: string | null;
  priority: number;
  category: MessageCategory;
  options: schema.SendingOptions;
  hasPolicy: boolean;
  templateId: string | null;
  channels: { id: string; kind: string }[];
  expandCursor: string;
}

/** Finds where the next slice ends: up to 20,000 users behind the cursor. */
export async function nextSlice(tx: Tx, tenantId: string, cursor: string): Promise<Slice> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const [end] = await sql<{ id: string }[]>`
    select id from users where tenant_id = ${tenant} and id > ${cursor}
    order by id offset ${SLICE_SIZE - 1} limit 1`;
  return end
    ? { lastUserId: end.id, isLast: false }
    : { lastUserId: "ffffffff-ffff-ffff-ffff-ffffffffffff", isLast: true };
}

/** How many users an audience has now. */
export async function countAudience(
  tx: Tx,
  tenantId: string,
  audience: ExpandingMessage["audience"],
): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await tx.sql<[{ count: number }]>`
    select count(*)::int as count from users u where u.tenant_id = ${tenant} and ${isInAudience(tx, tenant, audience)}`;
  return row.count;
}

/**
 * Makes one channel's deliveries for the users of a slice, set-based: no row passes through this process.
 * Returns how many were targeted.
 */
export async function expandSlice(
  tx: Tx,
  tenantId: string,
  message: ExpandingMessage,
  channel: { id: string; kind: string },
  slice: Slice,
  restraints: Restraints,
): Promise<number> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const { quietHours } = restraints;
  const caps = message.category === "critical" ? [] : restraints.caps;
  await holdCaps(tx, tenantId, caps);
  const judged = sql`
    select a.*, ${reasonOf(tx)} as first_reason
    from (
      select t.*, i.address as chosen_address, i.scope::text::address_origin as origin,
        ${quietUntilOf(tx, tenant, quietHours)} as quiet_until
      from (
        select u.id as user_id, u.external_id, ${channel.kind}::text as kind,
          ${message.sourceId}::uuid as source_id, ${channel.id}::uuid as channel_id, ${message.id}::uuid as message_id,
          ${message.category}::message_category as category, ${JSON.stringify(message.options)}::text::jsonb as options
        from users u
        where u.tenant_id = ${tenant} and u.id > ${message.expandCursor} and u.id <= ${slice.lastUserId}
          and ${isInAudience(tx, tenant, message.audience)}
      ) t left join lateral (${identityOf(tx, tenant)}) i on true
    ) a`;
  const [{ base, targeted }] = await sql<[{ base: string; targeted: number }]>`
    with block as materialized (select nextval('delivery_ids') as base),
    saved as (
      insert into deliveries (id, tenant_id, message_id, channel_id, user_id, step, state, address_origin, address,
        deferred_until, reason, reason_detail)
      select (select base from block) + row_number() over (${quietHours ? sql`order by d.deferred_until nulls first` : sql``}) - 1, ${tenant},
        ${message.id}, ${channel.id}, d.user_id, 0,
        case when d.reason is null then 'ready' else 'suppressed' end::delivery_state, d.origin, d.chosen_address,
        d.deferred_until, d.reason, d.cap
      from (
        select j.*, case when j.reason is null then j.quiet_until end as deferred_until
        from (${withCaps(tx, tenant, caps, judged)}) j
      ) d
      returning 1
    )
    select base, (select count(*)::int from saved) as targeted from block`;
  if (targeted > 0) await recordSlice(tx, tenant, message, channel.id, { base, targeted, quietHours });
  return targeted;
}

function isInAudience({ sql }: Tx, tenant: string, audience: ExpandingMessage["audience"]) {
  if (audience.kind === "all") return sql`true`;
  const hasTag = (names: string[]) => sql`
    select count(*) from user_tags ut join tags g on g.tenant_id = ut.tenant_id and g.id = ut.tag_id
    where ut.tenant_id = ${tenant} and ut.user_id = u.id and g.name = any(${names}::text[])`;
  return sql`(
    (${audience.any.length} = 0 or (${hasTag(audience.any)}) > 0)
    and (${hasTag(audience.all)}) = ${audience.all.length}
    and (${hasTag(audience.not)}) = 0)`;
}

/** The slice's chunks, flows and counts, read back from the rows just made. */
async function recordSlice(
  tx: Tx,
  tenant: string,
  message: ExpandingMessage,
  channelId: string,
  { base, targeted, quietHours }: { base: string; targeted: number } & Pick<Restraints, "quietHours">,
): Promise<void> {
  const { sql } = tx;
  const due = dueTogether(tx, quietHours);
  const last = (BigInt(base) + BigInt(targeted) - 1n).toString();
  const chunks = sql`
    insert into chunks (tenant_id, message_id, channel_id, step, priority, state, first_id, last_id, delivery_count
      ${due.column})
    select ${tenant}, ${message.id}, ${channelId}, 0, ${message.priority},
      case when count(*) filter (where state = 'ready') > 0 then 'ready' else 'done' end::chunk_state,
      min(id), max(id), count(*) filter (where state = 'ready') ${due.value}
    from deliveries where tenant_id = ${tenant} and id between ${base} and ${last}
    group by (id - ${base}) / ${CHUNK_SIZE} ${due.perDue}`;
  const counts = sql`
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${message.id}, coalesce(${message.sourceId}::uuid, ${NIL_UUID}), ${channelId},
      coalesce(${message.templateId}::uuid, ${NIL_UUID}), 0, date_trunc('hour', now()), measure, reason, sum(amount)
    from (
      select state, coalesce(reason, '') as row_reason, count(*) as amount
      from deliveries where tenant_id = ${tenant} and id between ${base} and ${last} group by 1, 2
    ) grouped cross join lateral (values
      ('targeted'::statistics_measure, ''),
      (case when state = 'ready' then 'valid' else 'suppressed' end::statistics_measure, row_reason)
    ) as counted(measure, reason)
    group by 8, 9`;
  const flows = sql`
    insert into flows (tenant_id, message_id, user_id, wake_at)
    select ${tenant}, ${message.id}, user_id, case when state = 'suppressed' then now() end
    from deliveries where tenant_id = ${tenant} and id between ${base} and ${last}
    on conflict (tenant_id, message_id, user_id)
      do update set wake_at = case when excluded.wake_at is null then null else flows.wake_at end`;
  await Promise.all(message.hasPolicy ? [chunks, counts, flows] : [chunks, counts]);
}
