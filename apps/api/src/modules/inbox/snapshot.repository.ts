import type { Tx } from "../../platform/database/index.ts";
import { fromBigint, fromUuid, toUuid } from "../../platform/ids.ts";
import type { EntryRow, Inbox, InboxCounts } from "./entry.repository.ts";

/** An inbox as it is at a moment. */
export interface Snapshot extends InboxCounts {
  /** Changes with whatever the snapshot shows. */
  mark: string;
  /** The newest. */
  entries: EntryRow[];
}

/** The entries that a snapshot shows: what a reader has before the eyes. */
export const SNAPSHOT_ENTRIES = 10;

export const inboxKey = ({ tenantId, channelId, userId }: Inbox): string =>
  `${tenantId} ${channelId} ${userId}`;

/**
 * What says by its change that a snapshot is out of date, for many inboxes of one tenant by their keys. Each costs a few
 * index probes and the newest entries, without what they say.
 */
export async function readMarks(
  { sql }: Tx,
  tenantId: string,
  inboxes: readonly Inbox[],
): Promise<Map<string, InboxCounts & { mark: string }>> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql<({ channel: string; user: string; mark: string } & InboxCounts)[]>`
    select i.channel_id as channel, i.user_id as user, unread.count as "unreadCount",
      to_confirm.count as "toConfirmCount", md5(unread.count || ' ' || to_confirm.count || ' ' || newest.text) as mark
    from unnest(
      ${inboxes.map(({ channelId }) => toUuid("channel", channelId))}::uuid[],
      ${inboxes.map(({ userId }) => toUuid("user", userId))}::uuid[]
    ) as i(channel_id, user_id)
    cross join lateral (
      select count(*)::int as count from inbox_entries e
      where e.tenant_id = ${tenant} and e.user_id = i.user_id and e.channel_id = i.channel_id
        and e.recalled_at is null and e.expires_at > now() and e.read_at is null
    ) unread
    cross join lateral (
      select count(*)::int as count from inbox_entries e
      where e.tenant_id = ${tenant} and e.user_id = i.user_id and e.channel_id = i.channel_id
        and e.recalled_at is null and e.expires_at > now() and e.must_confirm and e.confirmed_at is null
    ) to_confirm
    cross join lateral (
      select coalesce(string_agg(delivery_id || '/' || (read_at is null) || '/' || (confirmed_at is null), ' '), '')
        as text
      from (
        select delivery_id, read_at, confirmed_at from inbox_entries e
        where e.tenant_id = ${tenant} and e.user_id = i.user_id and e.channel_id = i.channel_id
          and e.recalled_at is null and e.expires_at > now()
        order by e.created_at desc, e.delivery_id desc limit ${SNAPSHOT_ENTRIES}
      ) e
    ) newest`;
  return new Map(
    rows.map(({ channel, user, ...row }) => [
      inboxKey({ tenantId, channelId: fromUuid("channel", channel), userId: fromUuid("user", user) }),
      row,
    ]),
  );
}

/** The newest entries of many inboxes of one tenant, by their keys. */
export async function readNewest(
  { sql }: Tx,
  tenantId: string,
  inboxes: readonly Inbox[],
): Promise<Map<string, EntryRow[]>> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql<({ channel: string; user: string } & EntryRow)[]>`
    select i.channel_id as channel, i.user_id as user, e.*
    from unnest(
      ${inboxes.map(({ channelId }) => toUuid("channel", channelId))}::uuid[],
      ${inboxes.map(({ userId }) => toUuid("user", userId))}::uuid[]
    ) as i(channel_id, user_id)
    cross join lateral (
      select delivery_id as id, title, body, link, must_confirm as "mustConfirm", created_at as "createdAt",
        read_at as "readAt", confirmed_at as "confirmedAt"
      from inbox_entries e
      where e.tenant_id = ${tenant} and e.user_id = i.user_id and e.channel_id = i.channel_id
        and e.recalled_at is null and e.expires_at > now()
      order by e.created_at desc, e.delivery_id desc limit ${SNAPSHOT_ENTRIES}
    ) e
    order by i.channel_id, i.user_id, e."createdAt" desc, e.id desc`;
  const byInbox = new Map<string, EntryRow[]>();
  for (const { channel, user, ...row } of rows) {
    const key = inboxKey({
      tenantId,
      channelId: fromUuid("channel", channel),
      userId: fromUuid("user", user),
    });
    const entries = byInbox.get(key) ?? [];
    entries.push({ ...row, id: fromBigint("dlv", row.id) });
    byInbox.set(key, entries);
  }
  return byInbox;
}
