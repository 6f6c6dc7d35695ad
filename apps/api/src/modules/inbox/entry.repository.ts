import type { InboxEntry as NewEntry } from "@tidings/sdk/plugin";
import type { Fragment, Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromBigint, toBigint, toUuid } from "../../platform/ids.ts";
import type { EntryFilter } from "./entry.rules.ts";

/** One user's inbox on one channel. */
export interface Inbox {
  tenantId: string;
  channelId: string;
  /** Public id. */
  userId: string;
}

export interface EntryRow {
  /** The id of its delivery. */
  id: string;
  title: string;
  body: string;
  link: string | null;
  mustConfirm: boolean;
  createdAt: Date;
  readAt: Date | null;
  confirmedAt: Date | null;
}

export interface InboxCounts {
  unreadCount: number;
  toConfirmCount: number;
}

const keyOf = (ref: string) => toBigint("dlv", ref);
const refOf = (row: { id: string }) => fromBigint("dlv", row.id);

/**
 * Puts entries into the inboxes of the users of their deliveries; what is there stays as it is. Answers the refs that are
 * there now. In the order in which the users' rows are locked elsewhere: the foreign key locks them too.
 */
export async function putEntries(
  { sql }: Tx,
  { tenantId, channelId }: Omit<Inbox, "userId">,
  entries: readonly NewEntry[],
  keepSeconds: number,
): Promise<string[]> {
  const tenant = toUuid("tenant", tenantId);
  const rows = entries.map(({ ref, ...entry }) => ({ id: keyOf(ref), link: null, ...entry }));
  const placed = await sql<{ id: string }[]>`
    with target as materialized (
      select e.*, d.message_id, u.id as user_id, u.external_id,
        least(m.expires_at, now() + make_interval(secs => ${keepSeconds})) as expires_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as e(id bigint, title text, body text, link text, "mustConfirm" boolean)
      cross join lateral (
        select user_id, message_id from deliveries d
        where d.tenant_id = ${tenant} and d.id = e.id and d.channel_id = ${toUuid("channel", channelId)} offset 0
      ) d
      join users u on u.tenant_id = ${tenant} and u.id = d.user_id
      join messages m on m.tenant_id = ${tenant} and m.id = d.message_id
    ), saved as (
      insert into inbox_entries (tenant_id, delivery_id, channel_id, message_id, user_id, title, body, link,
        must_confirm, expires_at)
      select ${tenant}, id, ${toUuid("channel", channelId)}, message_id, user_id, title, body, link, "mustConfirm",
        expires_at
      from target order by external_id, id
      on conflict do nothing
    )
    select id from target`;
  return placed.map(refOf);
}

/** Takes entries of a channel out; answers the refs of those that are known. */
export async function recallEntries(
  { sql }: Tx,
  { tenantId, channelId }: Omit<Inbox, "userId">,
  refs: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    update inbox_entries set recalled_at = coalesce(recalled_at, now())
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and delivery_id = any(${refs.map(keyOf)}::bigint[])
    returning delivery_id as id`;
  return rows.map(refOf);
}

const columns = ({ sql }: Pick<Tx, "sql">) => sql`
  e.delivery_id as id, e.title, e.body, e.link, e.must_confirm as "mustConfirm", e.created_at as "createdAt",
  e.read_at as "readAt", e.confirmed_at as "confirmedAt"`;

/** What of the inbox its user gets to see. */
const isShown = ({ sql }: Pick<Tx, "sql">, inbox: Inbox): Fragment => sql`
  e.tenant_id = ${toUuid("tenant", inbox.tenantId)} and e.user_id = ${toUuid("user", inbox.userId)}
  and e.channel_id = ${toUuid("channel", inbox.channelId)} and e.recalled_at is null and e.expires_at > now()`;

const isUnread = ({ sql }: Pick<Tx, "sql">): Fragment => sql`e.read_at is null`;
const isToConfirm = ({ sql }: Pick<Tx, "sql">): Fragment => sql`e.must_confirm and e.confirmed_at is null`;

function isWanted(tx: Tx, filter: EntryFilter): Fragment {
  if (filter === "unread") return isUnread(tx);
  return filter === "to_confirm" ? isToConfirm(tx) : tx.sql`true`;
}

const toEntry = (row: EntryRow): EntryRow => ({ ...row, id: refOf(row) });

/** Sorted by these two: entries of one moment stay apart. */
export const cursorOf = ({ createdAt, id }: EntryRow): string => `${createdAt.getTime()} ${id}`;

/** What is shown, newest first; one more than asked for, where there is more. */
export async function listEntries(
  tx: Tx,
  inbox: Inbox,
  filter: EntryFilter,
  page: PageRequest,
): Promise<EntryRow[]> {
  const { sql } = tx;
  const [at = "", id = ""] = readCursor(page, "moment and delivery")?.split(" ") ?? [];
  const isBehind = at
    ? sql`and (e.created_at, e.delivery_id)
        < (${new Date(Number(at)).toISOString()}::timestamptz, ${keyOf(id)}::bigint)`
    : sql``;
  const rows = await sql<EntryRow[]>`
    select ${columns(tx)} from inbox_entries e
    where ${isShown(tx, inbox)} and ${isWanted(tx, filter)} ${isBehind}
    order by e.created_at desc, e.delivery_id desc limit ${page.limit + 1}`;
  return rows.map(toEntry);
}

export async function findEntry(tx: Tx, inbox: Inbox, entryId: string): Promise<EntryRow | undefined> {
  const [row] = await tx.sql<EntryRow[]>`
    select ${columns(tx)} from inbox_entries e
    where ${isShown(tx, inbox)} and e.delivery_id = ${keyOf(entryId)}`;
  return row && toEntry(row);
}

export async function countEntries(tx: Tx, inbox: Inbox): Promise<InboxCounts> {
  const [row] = await tx.sql<[InboxCounts]>`
    select
      (select count(*)::int from inbox_entries e where ${isShown(tx, inbox)} and ${isUnread(tx)}) as "unreadCount",
      (select count(*)::int from inbox_entries e where ${isShown(tx, inbox)} and ${isToConfirm(tx)})
        as "toConfirmCount"`;
  return row;
}

/** Marks one unread entry, or the oldest of all; answers those that were marked by this. */
export async function markRead(
  tx: Tx,
  inbox: Inbox,
  { entryId, limit }: { entryId?: string; limit: number },
): Promise<string[]> {
  const { sql } = tx;
  const isMeant = entryId === undefined ? sql`true` : sql`e.delivery_id = ${keyOf(entryId)}`;
  const rows = await sql<{ id: string }[]>`
    update inbox_entries set read_at = now()
    where tenant_id = ${toUuid("tenant", inbox.tenantId)} and delivery_id in (
      select e.delivery_id from inbox_entries e
      where ${isShown(tx, inbox)} and ${isUnread(tx)} and ${isMeant}
      order by e.delivery_id limit ${limit} for update
    )
    returning delivery_id as id`;
  return rows.map(refOf);
}

/** Confirms an entry that asks for it; false when it was confirmed before. What is confirmed has been read. */
export async function confirmEntry(tx: Tx, inbox: Inbox, entryId: string): Promise<boolean> {
  const { count } = await tx.sql`
    update inbox_entries e set confirmed_at = now(), read_at = coalesce(e.read_at, now())
    where ${isShown(tx, inbox)} and ${isToConfirm(tx)} and e.delivery_id = ${keyOf(entryId)}`;
  return count > 0;
}
