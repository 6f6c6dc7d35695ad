import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { fromBigint, fromUuid, toUuid } from "../../platform/ids.ts";
import { RECALLABLE_STATES } from "../deliveries/index.ts";

export interface RecallRow {
  id: string;
  messageId: string;
  deliveryId: string | null;
  state: "running" | "ended";
  deliveryCount: number;
  tally: schema.RecallTally[];
  createdAt: Date;
  endedAt: Date | null;
}

interface RawRecall {
  id: string;
  message_id: string;
  delivery_id: string | null;
  state: RecallRow["state"];
  delivery_count: number;
  tally: schema.RecallTally[];
  created_at: Date;
  ended_at: Date | null;
}

/** What of a message was sent over one channel, with how long its vendor takes things back. */
export interface SentOverChannel {
  channelId: string;
  name: string;
  kind: string;
  pluginId: string | null;
  /** The vendor has it, and nothing says that it did not arrive. */
  sentCount: number;
  /** Of these, sent longer ago than the window, or found too late by an earlier recall. */
  lateCount: number;
}

/** Deliveries that are counted before a recall is asked for; beyond, the count is a lower bound. */
const MAX_COUNTED = 100_000;

/** Counts what was sent of a message by its channels, or of one delivery. `windows`: seconds, by channel. */
export async function countSent(
  { sql }: Tx,
  tenantId: string,
  { messageId, key }: { messageId: string; key: string | null },
  windows: { channelId: string; windowSeconds: number }[],
): Promise<SentOverChannel[]> {
  const tenant = toUuid("tenant", tenantId);
  const rows = windows.map(({ channelId, windowSeconds }) => ({
    channel_id: toUuid("channel", channelId),
    seconds: windowSeconds,
  }));
  const counted = await sql<
    {
      channel_id: string;
      name: string | null;
      kind: string | null;
      plugin_id: string | null;
      sent: number;
      late: number;
    }[]
  >`
    with windows as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w(channel_id uuid, seconds int)
    ), sent as (
      select k.channel_id, d.sent_at, d.was_late from chunks k cross join lateral (
        select coalesce(d.accepted_at, d.delivered_at) as sent_at,
          exists(select from recall_outcomes o where o.tenant_id = ${tenant} and o.delivery_id = d.id
            and o.outcome = 'too_late') as was_late
        from deliveries d
        where d.tenant_id = ${tenant} and d.id between k.first_id and k.last_id
          and d.state = any(${RECALLABLE_STATES}::text[]::delivery_state[])
          and (${key}::bigint is null or d.id = ${key}::bigint) offset 0
      ) d where k.tenant_id = ${tenant} and k.message_id = ${toUuid("message", messageId)} limit ${MAX_COUNTED}
    )
    select k.channel_id, c.name, c.kind, c.plugin_id, count(s.sent_at)::int as sent,
      count(*) filter (where s.was_late or s.sent_at < now() - make_interval(secs => w.seconds))::int as late
    from (
      select distinct channel_id from chunks where tenant_id = ${tenant}
        and message_id = ${toUuid("message", messageId)}
        and (${key}::bigint is null or ${key}::bigint between first_id and last_id)
      -- Before its deliveries are made, a message goes over what it was accepted for.
      union select unnest(channel_ids) from messages where tenant_id = ${tenant}
        and id = ${toUuid("message", messageId)} and ${key}::bigint is null and state in ('expanding', 'paused')
    ) k
    left join channels c on c.tenant_id = ${tenant} and c.id = k.channel_id
    left join sent s on s.channel_id = k.channel_id
    left join windows w on w.channel_id = k.channel_id
    group by 1, 2, 3, 4 order by 2`;
  return counted.map((row) => ({
    channelId: fromUuid("channel", row.channel_id),
    name: row.name ?? fromUuid("channel", row.channel_id),
    kind: row.kind ?? "",
    pluginId: row.plugin_id,
    sentCount: row.sent,
    lateCount: row.late,
  }));
}

export async function insertRecall(
  { sql }: Tx,
  tenantId: string,
  recall: { id: string; messageId: string; key: string | null; deliveryCount: number },
): Promise<void> {
  await sql`
    insert into recalls (tenant_id, id, message_id, delivery_id, delivery_count, wake_at)
    values (${toUuid("tenant", tenantId)}, ${toUuid("recall", recall.id)}, ${toUuid("message", recall.messageId)},
      ${recall.key}, ${recall.deliveryCount}, now())`;
}

/** A message's recalls, the latest first. */
export async function listRecalls(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  limit: number,
): Promise<RecallRow[]> {
  const rows = await sql<RawRecall[]>`
    select id, message_id, delivery_id, state, delivery_count, tally, created_at, ended_at from recalls
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = ${toUuid("message", messageId)}
    order by id desc limit ${limit}`;
  return rows.map(toRecall);
}

function toRecall(row: RawRecall): RecallRow {
  return {
    id: fromUuid("recall", row.id),
    messageId: fromUuid("message", row.message_id),
    deliveryId: row.delivery_id && fromBigint("dlv", row.delivery_id),
    state: row.state,
    deliveryCount: row.delivery_count,
    tally: row.tally,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}

/** Whether the message, or this delivery of it, is being taken back. One request for a message at a time. */
export async function isBeingRecalled(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  key: string | null,
): Promise<boolean> {
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  await sql`select from messages where tenant_id = ${tenant} and id = ${message} for no key update`;
  const rows = await sql`
    select from recalls where tenant_id = ${tenant} and message_id = ${message} and state = 'running'
      and (delivery_id is null or delivery_id = ${key}::bigint) limit 1`;
  return rows.length > 0;
}
