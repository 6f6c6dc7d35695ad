import type { schema } from "@tidings/db";
import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { isInDepartments, membersOfDepartments } from "../../departments/index.ts";
import { matchesRule } from "../../segments/index.ts";
import type { MessageCategory } from "../../templates/index.ts";
import { holdCaps } from "../judge/capping.repository.ts";
import { dueTogether } from "../judge/deferral.repository.ts";
import { lockContents, rememberContents } from "../judge/duplicates.repository.ts";
import { judge, type OneWay, wayThrough } from "../judge/judging.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import { CHUNK_SIZE, NIL_UUID } from "./expansion.repository.ts";
import { SLICE_SIZE } from "./slice-size.rules.ts";

/** A message's first slice is one chunk: sending begins while the next is made. */
export const FIRST_SLICE_SIZE = CHUNK_SIZE;

/** Before and behind all users. */
export const NO_USER = "00000000-0000-0000-0000-000000000000";
export const LAST_USER = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** Where a slice of the users ends. */
export interface Slice {
  lastUserId: string;
  isLast: boolean;
  /** Of all the users between its ends the audience has so few that they are found by what makes them members. */
  isOfFew: boolean;
}

/** An audience that says which of the users it has. */
export type UserAudience = Extract<schema.Audience, { kind: "all" | "tags" | "departments" | "segment" }>;

export const isOfUsers = (audience: schema.Audience): audience is UserAudience =>
  audience.kind === "all" ||
  audience.kind === "tags" ||
  audience.kind === "departments" ||
  audience.kind === "segment";

/** A channel of the step that is made; its kind is null when it has been deleted meanwhile. */
export interface ExpandingChannel {
  id: string;
  kind: string | null;
}

export interface ExpandingMessage {
  id: string;
  audience: UserAudience;
  sourceId: string | null;
  priority: number;
  category: MessageCategory;
  options: schema.SendingOptions;
  hasPolicy: boolean;
  /** What it says, where it asks for deduplication. */
  contentKey: Buffer | null;
  templateId: string | null;
  channels: ExpandingChannel[];
  expandCursor: string;
  /** For how many users it has been cancelled by name. */
  cancelledUserCount: number;
}

/**
 * Finds where the next slice ends: behind so many users of whom the audience may consist. A small audience of a large
 * tenant is found in one slice.
 */
export async function nextSlice(
  tx: Tx,
  tenantId: string,
  audience: UserAudience,
  cursor: string,
  size = SLICE_SIZE,
): Promise<Slice> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const members = membersOf(tx, tenant, audience);
  const isSorted = tagOfAll(audience) !== undefined;
  if (members && !isSorted && (await hasAtMost(tx, members, size))) {
    return { lastUserId: LAST_USER, isLast: true, isOfFew: true };
  }
  const candidates = members && isSorted ? members : sql`select id from users where tenant_id = ${tenant}`;
  const [end] = await sql<{ id: string }[]>`
    select id from (${candidates}) candidate where id > ${cursor} order by id offset ${size - 1} limit 1`;
  const lastUserId = end?.id ?? LAST_USER;
  return { lastUserId, isLast: end === undefined, isOfFew: isSorted };
}

/** The users of whom an audience consists, some more or the same several times, where an index has them together. */
function membersOf(tx: Tx, tenant: string, audience: UserAudience): Fragment | undefined {
  const tag = tagOfAll(audience);
  if (tag) {
    const key = tag.key ?? tx.sql`(select id from tags where tenant_id = ${tenant} and name = ${tag.name})`;
    return tx.sql`select user_id as id from user_tags where tenant_id = ${tenant} and tag_id = ${key}`;
  }
  if (audience.kind !== "departments") return undefined;
  const ids = audience.departments.map(({ id }) => id);
  return membersOfDepartments(tx, tenant, ids, audience.includeChildren);
}

/** A tag that everybody in the audience has; those with it stand in an index in the order of slices. */
function tagOfAll(audience: UserAudience): { name: string; key: string | undefined } | undefined {
  if (audience.kind !== "tags") return undefined;
  const { any, all } = audience;
  const name = any.length === 1 ? any[0] : all[0];
  return name === undefined ? undefined : { name, key: pinnedKeys(audience).get(name) };
}

/** Name → row key of the tags that had those names when the message was accepted. */
const pinnedKeys = ({ pinned = [] }: schema.TagAudience) =>
  new Map(pinned.map(({ name, key }) => [name, key]));

async function hasAtMost({ sql }: Tx, members: Fragment, most: number): Promise<boolean> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from (select from (${members}) m limit ${most + 1}) counted`;
  return row.count <= most;
}

/** How many users an audience has now, of all or of those behind a cursor up to the end of its slice. */
export async function countAudience(
  tx: Tx,
  tenantId: string,
  audience: UserAudience,
  range: { after: string; lastUserId: string } = { after: NO_USER, lastUserId: LAST_USER },
): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await tx.sql<[{ count: number }]>`
    select count(*)::int as count from users u
    where u.tenant_id = ${tenant} and u.id > ${range.after} and u.id <= ${range.lastUserId}
      and ${isInAudience(tx, tenant, audience)}`;
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
  channel: ExpandingChannel,
  slice: Slice,
  restraints: Restraints,
): Promise<number> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const deduplicates = message.options.deduplicateSeconds !== undefined;
  if (deduplicates) await lockContents(tx, tenantId, [fromUuid("message", message.id)]);
  const { quietHours, caps } = restraints;
  await holdCaps(tx, tenant, caps);
  const target = sliceTarget(tx, tenant, message, channel, slice);
  const oneWay = oneWayOf(tx, message, channel, slice, restraints);
  const [{ base, targeted }] = await sql<[{ base: string; targeted: number }]>`
    with block as materialized (select nextval('delivery_ids') as base),
    saved as (
      insert into deliveries (id, tenant_id, message_id, channel_id, user_id, step, state, address_origin, address,
        deferred_until, reason, reason_detail)
      select (select base from block) + row_number() over (${dueTogether(tx, quietHours).inOrder}) - 1, ${tenant},
        ${message.id}, ${channel.id}, j.user_id, 0, j.state, j.origin, j.chosen_address, j.deferred_until, j.reason,
        j.cap
      from (${judge(tx, tenant, target, restraints, { oneWay })}) j
      returning 1
    )
    select base, (select count(*)::int from saved) as targeted from block`;
  if (targeted > 0) await recordSlice(tx, tenant, message, channel, { base, targeted, quietHours });
  return targeted;
}

/** The target of one channel for the users of a slice. */
export const sliceTarget = (
  tx: Tx,
  tenant: string,
  message: ExpandingMessage,
  channel: ExpandingChannel,
  slice: Slice,
): Fragment => tx.sql`
  select u.id as user_id, u.external_id, null::text as address, null::jsonb as variables,
    ${channel.kind}::text as kind, ${message.sourceId}::uuid as source_id, ${channel.id}::uuid as channel_id,
    ${message.id}::uuid as message_id, ${message.category}::message_category as category,
    ${JSON.stringify(message.options)}::jsonb as options, ${message.contentKey}::bytea as content_key
  from users u
  where u.tenant_id = ${tenant} and u.id > ${message.expandCursor} and u.id <= ${slice.lastUserId}
    and ${isInAudience(tx, tenant, message.audience)} ${amongFew(tx, tenant, message, slice)}`;

/** Names those whom a slice may have: the planner would go through everybody between the first and the last of them. */
function amongFew(
  tx: Tx,
  tenant: string,
  { audience, expandCursor }: ExpandingMessage,
  { lastUserId, isOfFew }: Slice,
): Fragment {
  const members = isOfFew && membersOf(tx, tenant, audience);
  if (!members) return tx.sql``;
  return tx.sql`and u.id = any(array(select id from (${members}) m
    where id > ${expandCursor} and id <= ${lastUserId}))`;
}

/** Undefined where the users of a slice are few of many, or need no identity. */
function oneWayOf(
  tx: Tx,
  { sourceId, expandCursor }: ExpandingMessage,
  channel: ExpandingChannel,
  { lastUserId, isOfFew }: Slice,
  restraints: Restraints,
): OneWay | undefined {
  const way = isOfFew ? undefined : wayThrough(tx, channel, sourceId, restraints);
  return way && { way, among: tx.sql`user_id > ${expandCursor} and user_id <= ${lastUserId}` };
}

function isInAudience(tx: Tx, tenant: string, audience: UserAudience) {
  switch (audience.kind) {
    case "all":
      return tx.sql`true`;
    case "tags":
      return hasTags(tx, tenant, audience);
    case "departments": {
      const ids = audience.departments.map(({ id }) => id);
      return isInDepartments(tx, tenant, ids, audience.includeChildren);
    }
    case "segment":
      return tx.sql`(${matchesRule(tx, tenant, audience.rule)})`;
  }
}

/** Joins, not counts for each user: most users of a large tenant carry none of the tags. */
function hasTags({ sql }: Tx, tenant: string, audience: schema.TagAudience) {
  const { any, all, not } = audience;
  const keys = pinnedKeys(audience);
  const hasOneOf = (names: string[]) => sql`exists (
    select from user_tags ut
    where ut.tenant_id = ${tenant} and ut.user_id = u.id
      and ut.tag_id = any(${names.flatMap((name) => keys.get(name) ?? [])}::uuid[] || array(
        select id from tags
        where tenant_id = ${tenant} and name = any(${names.filter((name) => !keys.has(name))}::text[]))))`;
  const conditions = [
    ...(any.length > 0 ? [hasOneOf(any)] : []),
    ...all.map((name) => hasOneOf([name])),
    ...(not.length > 0 ? [sql`not ${hasOneOf(not)}`] : []),
  ];
  return conditions.reduce((left, right) => sql`${left} and ${right}`, sql`true`);
}

/** The slice's chunks, flows and counts, read back from the rows just made. */
async function recordSlice(
  tx: Tx,
  tenant: string,
  message: ExpandingMessage,
  channel: ExpandingChannel,
  { base, targeted, quietHours }: { base: string; targeted: number } & Pick<Restraints, "quietHours">,
): Promise<void> {
  const { sql } = tx;
  const channelId = channel.id;
  const due = dueTogether(tx, quietHours);
  const last = (BigInt(base) + BigInt(targeted) - 1n).toString();
  // Read once, for both: a row for each chunk, outcome and reason.
  const chunksAndCounts = sql`
    with made as materialized (
      select (id - ${base}) / ${CHUNK_SIZE} as number, state, coalesce(reason, '') as reason, min(id) as first_id,
        max(id) as last_id, count(*) as amount ${due.made}
      from deliveries where tenant_id = ${tenant} and id between ${base} and ${last}
      group by 1, 2, 3 ${due.perDue}
    ), chunked as (
      insert into chunks (tenant_id, message_id, channel_id, step, priority, state, first_id, last_id, delivery_count
        ${due.column})
      select ${tenant}, ${message.id}, ${channelId}, 0, ${message.priority},
        case when bool_or(state = 'ready') then 'ready' else 'done' end::chunk_state,
        min(first_id), max(last_id), coalesce(sum(amount) filter (where state <> 'suppressed'), 0) ${due.value}
      from made group by number ${due.perDue}
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${message.id}, coalesce(${message.sourceId}::uuid, ${NIL_UUID}), ${channelId},
      coalesce(${message.templateId}::uuid, ${NIL_UUID}), 0, date_trunc('hour', now()), measure, counted.reason,
      sum(amount)
    from made cross join lateral (
      select 'targeted'::statistics_measure, ''
      union all select 'valid', '' where state <> 'suppressed'
      union all select state::text::statistics_measure, case when state = 'cancelled' then '' else made.reason end
        where state <> 'ready'
    ) as counted(measure, reason)
    group by 8, 9`;
  const flows = sql`
    insert into flows (tenant_id, message_id, user_id, wake_at)
    select ${tenant}, ${message.id}, user_id, case when state <> 'ready' then now() end
    from deliveries where tenant_id = ${tenant} and id between ${base} and ${last}
    on conflict (tenant_id, message_id, user_id)
      do update set wake_at = case when excluded.wake_at is null then null else flows.wake_at end`;
  const made = sql`(
    select d.id, d.message_id, d.user_id, d.address as chosen_address, d.variables, d.reason,
      ${channel.kind}::text as kind, ${message.contentKey}::bytea as content_key
    from deliveries d where d.tenant_id = ${tenant} and d.id between ${base} and ${last})`;
  const { deduplicateSeconds } = message.options;
  await Promise.all([
    chunksAndCounts,
    ...(message.hasPolicy ? [flows] : []),
    recordEvents(tx, tenant, [{ firstId: base, lastId: last }]),
    ...(deduplicateSeconds === undefined ? [] : [rememberContents(tx, tenant, made)]),
  ]);
}
