import type { schema } from "@tidings/db";
import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { contentKeyOf } from "../judge/duplicates.repository.ts";
import { BLOCK_SIZE } from "./file-slice.repository.ts";
import type { ExpandingMessage } from "./slice.repository.ts";

/*
 * Messages that name their recipients are found in an index of their own (`messages_named`), and those that are made slice by
 * slice in another (`messages_sliced`): however many there are of one kind, nothing has to step over them to find the other.
 */

export interface MessageRef {
  tenantId: string;
  messageId: string;
}

type Sql = Tx["sql"];

/** Whether the deliveries of message `m` are to be made, and nothing has gone wrong with that. */
const isExpanding = (sql: Sql) => sql`m.state = 'expanding' and m.expand_failure_count = 0`;

/** Of message `m`: deliveries are to be made of it, together with those of others. */
export const isNamedWaiting = (sql: Sql) => sql`${isExpanding(sql)} and m.is_named`;

/** Of message `m`: deliveries are to be made of it, in slices. */
export const isSlicedWaiting = (sql: Sql) => sql`${isExpanding(sql)} and not m.is_named`;

/** Tenants with messages that name their recipients, whose deliveries are to be made. Runs as the dispatcher, across tenants. */
export const listNamedTenants = (tx: Tx, limit: number) => listTenants(tx, isNamedWaiting(tx.sql), limit);

/** Tenants with messages that have slices to make. Runs as the dispatcher, across tenants. */
export const listSlicedTenants = (tx: Tx, limit: number) => listTenants(tx, isSlicedWaiting(tx.sql), limit);

async function listTenants({ sql }: Tx, isWaiting: Fragment, limit: number): Promise<string[]> {
  // One probe of the index a tenant, however many messages it has.
  const rows = await sql<{ tenant_id: string }[]>`
    with recursive waiting as (
      (select m.tenant_id from messages m where ${isWaiting} order by m.tenant_id limit 1)
      union all
      select (select m.tenant_id from messages m where ${isWaiting} and m.tenant_id > w.tenant_id
        order by m.tenant_id limit 1)
      from waiting w where w.tenant_id is not null
    )
    select tenant_id from waiting where tenant_id is not null limit ${limit}`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

/** A message that is expanded together with others, because it names its recipients. */
export interface NamedMessage {
  id: string;
  isCritical: boolean;
  /** Its time to live is over; the loop that ends it is behind. */
  isOver: boolean;
  recipientCount: number;
  channelIds: string[];
  /** It has been cancelled for some of its users. */
  areUsersCancelled: boolean;
}

/** Deliveries that are made at once; their ids come out of one block of 65,536. */
const DELIVERIES_AT_ONCE = 20_000;
const NAMED_AT_ONCE = 1_000;

/** Reserves messages that name their recipients, the urgent first, leaving out those that others have locked. */
export async function reserveNamed(tx: Tx, tenantId: string): Promise<NamedMessage[]> {
  const { sql } = tx;
  const rows = await sql<
    {
      id: string;
      is_critical: boolean;
      is_over: boolean;
      recipients: number;
      channel_ids: string[];
      are_users_cancelled: boolean;
    }[]
  >`
    select m.id, m.category = 'critical' as is_critical, coalesce(m.expires_at <= now(), false) as is_over, m.channel_ids,
      m.cancelled_user_count > 0 as are_users_cancelled,
      jsonb_array_length(coalesce(m.audience -> 'userIds', m.audience -> 'addresses')) as recipients
    from messages m
    where m.tenant_id = ${toUuid("tenant", tenantId)} and ${isNamedWaiting(sql)}
    order by m.priority, m.id limit ${NAMED_AT_ONCE} for no key update skip locked`;
  let room = DELIVERIES_AT_ONCE;
  const reserved = rows.filter(({ recipients, channel_ids: channelIds }, index) => {
    room -= recipients * channelIds.length;
    return index === 0 || room >= 0;
  });
  return reserved.map((row) => ({
    id: fromUuid("message", row.id),
    isCritical: row.is_critical,
    isOver: row.is_over,
    recipientCount: row.recipients,
    channelIds: row.channel_ids.map((id) => fromUuid("channel", id)),
    areUsersCancelled: row.are_users_cancelled,
  }));
}

/**
 * The messages of each tenant that have a slice to make, of equally urgent ones that first which got none for longest; of
 * those with enough ahead of their senders, none. Runs as the dispatcher, across tenants.
 */
export async function listSliced(
  { sql }: Tx,
  tenantIds: readonly string[],
  mostEach: number,
): Promise<MessageRef[][]> {
  const tenants = tenantIds.map((id) => toUuid("tenant", id));
  const rows = await sql<{ tenant_id: string; ids: string[] }[]>`
    select t.id as tenant_id, sliced.ids
    from unnest(${tenants}::uuid[]) t(id) cross join lateral (
      select array_agg(found.id order by found.priority, found.updated_at, found.id) as ids
      from (
        select m.id, m.priority, m.updated_at from messages m
        where m.tenant_id = t.id and ${isSlicedWaiting(sql)}
          and (select count(*) filter (where c.due_at < now() + make_interval(mins => ${SOON_MINUTES})) < ${CHUNKS_AHEAD}
              and count(*) < ${CHUNKS_KEPT_BACK}
            from chunks c where c.tenant_id = t.id and c.message_id = m.id and c.state <> 'done')
        order by m.priority, m.updated_at, m.id limit ${mostEach}
      ) found
    ) sliced
    where sliced.ids is not null`;
  return rows.map((row) => {
    const tenantId = fromUuid("tenant", row.tenant_id);
    return row.ids.map((id) => ({ tenantId, messageId: fromUuid("message", id) }));
  });
}

/** Unsent chunks with which a message gets no further turn: pausing and cancelling stay cheap. */
const CHUNKS_AHEAD = 100;
/**
 * The same with those that quiet hours keep back for long: they must not keep waiting whom quiet hours do not disturb. A
 * slice makes a chunk of them for each end that its users' quiet hours have.
 */
const CHUNKS_KEPT_BACK = 10_000;
/** What is due by then is ahead of the senders: more than the longest pause before a further round. */
const SOON_MINUTES = 20;

export type LockedMessage = Omit<ExpandingMessage, "audience"> & {
  audience: schema.Audience;
  /** A rate that is still to be worked out from the audience. */
  openRate: schema.Rate | null;
  /** It is to be spread over time. */
  isSpread: boolean;
  /** Failures in a row. */
  failureCount: number;
};

/**
 * Reserves a message's next slice, or the one that begins at a cursor; undefined when it is not expanding any more or another
 * expander has it. Not by a lock on the row: every batch under way share-locks that one, and would wait for the slice. What
 * may happen to the message meanwhile is found by `moveCursor` and `markExpanded`.
 */
export function reserveExpanding(
  tx: Tx,
  tenantId: string,
  messageId: string,
  cursor?: string,
): Promise<LockedMessage | undefined> {
  const tenant = toUuid("tenant", tenantId);
  const reserved = tx.sql`
    select * from messages m
    where m.tenant_id = ${tenant} and m.id = ${toUuid("message", messageId)} and m.state = 'expanding'
      and pg_try_advisory_xact_lock(
        hashtextextended(m.id::text || ' ' || coalesce(${cursor ?? null}, m.expand_cursor), 0))`;
  return readExpanding(tx, tenant, reserved);
}

/** What expanding has to know of a message, whose row `message` finds. */
export async function readExpanding(
  tx: Tx,
  tenant: string,
  message: Fragment,
): Promise<LockedMessage | undefined> {
  const [row] = await tx.sql<
    {
      id: string;
      audience: schema.Audience;
      source_id: string | null;
      priority: number;
      category: LockedMessage["category"];
      options: schema.SendingOptions;
      has_policy: boolean;
      content_key: Buffer | null;
      template_id: string | null;
      channels: ExpandingMessage["channels"];
      expand_cursor: string;
      rate: schema.Rate | null;
      rate_per_second: number | null;
      failures: number;
      cancelled_users: number;
    }[]
  >`
    select m.id, m.audience, m.source_id, m.priority, m.category, m.policy_version_id is not null as has_policy,
      m.options, ${contentKeyOf(tx)} as content_key,
      (select v.template_id from template_versions v
        where v.tenant_id = ${tenant} and v.id = m.template_version_id) as template_id,
      (select coalesce(jsonb_agg(jsonb_build_object('id', chosen.id, 'kind', c.kind) order by chosen.id), '[]')
        from unnest(m.channel_ids) as chosen(id)
        left join channels c on c.tenant_id = ${tenant} and c.id = chosen.id) as channels,
      m.expand_cursor, m.rate, m.rate_per_second, m.expand_failure_count as failures,
      m.cancelled_user_count as cancelled_users
    from (${message}) m`;
  return (
    row && {
      id: row.id,
      audience: row.audience,
      sourceId: row.source_id,
      priority: row.priority,
      category: row.category,
      options: row.options,
      hasPolicy: row.has_policy,
      contentKey: row.content_key,
      templateId: row.template_id,
      channels: row.channels,
      expandCursor: row.expand_cursor,
      openRate: row.rate_per_second === null ? row.rate : null,
      isSpread: row.rate !== null && "overMinutes" in row.rate,
      failureCount: row.failures,
      cancelledUserCount: row.cancelled_users,
    }
  );
}

/**
 * Moves the cursor behind the slice, which ends a row of failures; false when the message was cancelled, if only for some
 * users, got a rate that is still to be worked out, or another expander moved it first. A rate over time has counted
 * everybody in the slice: it is lowered by those of whom nothing can be sent.
 */
export async function moveCursor(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  cursor: { from: string; to: string; leftOutCount: number; cancelledUserCount: number },
): Promise<boolean> {
  const rows = await sql`update messages set expand_cursor = ${cursor.to}, updated_at = now(),
      expand_failure_count = 0, expand_again_at = null,
      rate_per_second = case when ${cursor.leftOutCount}::int > 0 and rate ? 'overMinutes'
        then greatest(rate_per_second * (rate ->> 'overMinutes')::int * 60 - ${cursor.leftOutCount}::int, 1)
          / ((rate ->> 'overMinutes')::int * 60)
        else rate_per_second end
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("message", messageId)}
      and state = 'expanding' and expand_cursor = ${cursor.from} and (rate is null or rate_per_second is not null)
      and cancelled_user_count = ${cursor.cancelledUserCount} returning id`;
  return rows.length > 0;
}

/** Of how many deliveries that this transaction has made last, in one block of ids, nothing can be sent. */
export async function countLeftOut({ sql }: Tx, tenantId: string, messageId: string): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from deliveries d cross join (select currval('delivery_ids') as base offset 0) block
    where d.tenant_id = ${toUuid("tenant", tenantId)} and d.message_id = ${toUuid("message", messageId)}
      and d.id between block.base and block.base + ${BLOCK_SIZE - 1} and d.state <> 'ready'`;
  return row.count;
}

/**
 * The messages have all their deliveries; returns how many of them were expanding until now. One that got a rate in the
 * meantime which is still to be worked out stays: nobody would work it out any more. With a `cancelledUserCount` so does one
 * that was cancelled for further users while its deliveries were made.
 */
export async function markExpanded(
  { sql }: Tx,
  tenantId: string,
  messageIds: readonly string[],
  cancelledUserCount?: number,
): Promise<number> {
  const ids = messageIds.map((id) => toUuid("message", id));
  const { count } = await sql`update messages set state = 'sending', updated_at = now()
    where tenant_id = ${toUuid("tenant", tenantId)} and id = any(${ids}::uuid[]) and state = 'expanding'
      and (rate is null or rate_per_second is not null)
      and cancelled_user_count = coalesce(${cancelledUserCount ?? null}::int, cancelled_user_count)`;
  return count;
}
