import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { applyChanges, type Change, type Consent } from "./allowance.rules.ts";

/** The channel whose recipients are kept count of. */
export interface ChannelRef {
  tenantId: string;
  channelId: string;
}

/** A change as somebody tells it. */
export interface ToldChange extends Change, Consent {
  /** Who tells it, and their id of it: a repeat changes nothing. */
  eventId: string;
}

/** Keeps changes and applies those that were not told before; returns how many those are. */
export async function recordChanges(
  tx: Tx,
  channel: ChannelRef,
  changes: readonly ToldChange[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const news = await insertNew(tx, channel, changes);
  if (news.length === 0) return 0;
  const known = await lockKnown(tx, channel, news);
  const earlier = await listEarlier(tx, channel, news);
  const newsOf = byConsent(news);
  const earlierOf = byConsent(earlier);
  const rows = known.map((row) => ({
    id: row.id,
    ...applyChanges(row, newsOf.get(keyOf(row)) ?? [], earlierOf.get(keyOf(row))),
  }));
  await update(tx, channel, rows);
  return news.length;
}

function byConsent(changes: readonly ChangeRow[]): Map<string, ChangeRow[]> {
  const groups = new Map<string, ChangeRow[]>();
  for (const change of changes) {
    const group = groups.get(keyOf(change));
    if (group) group.push(change);
    else groups.set(keyOf(change), [change]);
  }
  return groups;
}

const keyOf = ({ address, subject }: Consent): string => JSON.stringify([address, subject]);

interface ChangeRow extends Consent {
  eventId: string;
  granted: number | null;
  at: Date;
}

async function insertNew(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  changes: readonly ToldChange[],
): Promise<ChangeRow[]> {
  return sql<ChangeRow[]>`
    insert into allowance_changes (tenant_id, channel_id, event_id, address, subject, granted, happened_at)
    select distinct on ("eventId") ${toUuid("tenant", tenantId)}::uuid, ${toUuid("channel", channelId)}::uuid,
      "eventId", address, subject, granted, at
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      as told("eventId" text, address text, subject text, granted int, at timestamptz)
    order by "eventId"
    on conflict do nothing
    returning event_id as "eventId", address, subject, granted, happened_at as at`;
}

interface KnownRow extends Consent {
  id: string;
  remaining: number;
  emptiedAt: Date | null;
}

/** The rows that changes are about, made where there are none. Locked in the order of their addresses, as everywhere. */
async function lockKnown(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  news: readonly Consent[],
): Promise<KnownRow[]> {
  return sql<KnownRow[]>`
    insert into recipient_allowances (tenant_id, channel_id, address, subject, remaining)
    select distinct ${toUuid("tenant", tenantId)}::uuid, ${toUuid("channel", channelId)}::uuid, address, subject, 0
    from jsonb_to_recordset(${JSON.stringify(news)}::jsonb) as told(address text, subject text)
    order by address, subject
    on conflict (tenant_id, channel_id, address, subject) do update set updated_at = now()
    returning id, address, subject, remaining, emptied_at as "emptiedAt"`;
}

/** What was granted, as was heard before, since something was withdrawn. */
async function listEarlier(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  news: readonly ChangeRow[],
): Promise<ChangeRow[]> {
  const withdrawn = news.filter(({ granted }) => granted === null);
  if (withdrawn.length === 0) return [];
  return sql<ChangeRow[]>`
    select c.event_id as "eventId", c.address, c.subject, c.granted, c.happened_at as at
    from (
      select address, subject, min(at) as at
      from jsonb_to_recordset(${JSON.stringify(withdrawn)}::jsonb) as w(address text, subject text, at timestamptz)
      group by address, subject
    ) w
    join allowance_changes c on c.tenant_id = ${toUuid("tenant", tenantId)}
      and c.channel_id = ${toUuid("channel", channelId)} and c.address = w.address and c.subject = w.subject
    where c.granted is not null and c.happened_at >= w.at
      and c.event_id <> all(${news.map(({ eventId }) => eventId)}::text[])`;
}

async function update(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  rows: readonly { id: string; remaining: number; emptiedAt: Date | null }[],
): Promise<void> {
  await sql`
    update recipient_allowances a set remaining = n.remaining, emptied_at = n."emptiedAt", updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id bigint, remaining int, "emptiedAt" timestamptz)
    where a.tenant_id = ${toUuid("tenant", tenantId)} and a.channel_id = ${toUuid("channel", channelId)}
      and a.id = n.id`;
}
