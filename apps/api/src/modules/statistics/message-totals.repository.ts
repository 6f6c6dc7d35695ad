import { fromUuid, toUuid } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import type { Measure, Sum } from "./statistics.rules.ts";

/** How often a measure was counted for a message, or what a sum came to. */
export interface MessageTotal {
  messageId: string;
  channelId: string;
  step: number;
  measure: Measure | Sum;
  /** Reason or vendor code of `suppressed`, `failed`, `undelivered`; the currency of `cost`; empty otherwise. */
  reason: string;
  count: number;
}

/** The counts of these messages, exact at any moment: roll-up and deltas in one statement. */
export async function readMessageTotals(
  tx: Tx,
  tenantId: string,
  messageIds: readonly string[],
): Promise<MessageTotal[]> {
  if (messageIds.length === 0) return [];
  const { sql } = tx;
  const ids = messageIds.map((id) => toUuid("message", id));
  const ofMessages = sql`tenant_id = ${toUuid("tenant", tenantId)} and message_id = any(${ids}::uuid[])`;
  const rows = await sql<(Omit<MessageTotal, "messageId" | "channelId" | "count"> & TotalKeys)[]>`
    select message_id, channel_id, step, measure, reason, sum(count)::bigint as count
    from (
      select message_id, channel_id, step, measure, reason, count from message_totals where ${ofMessages}
      union all
      select message_id, channel_id, step, measure, reason, count from statistics_deltas where ${ofMessages}
    ) as t
    group by message_id, channel_id, step, measure, reason
    order by message_id, step, channel_id, measure, reason`;
  return rows.map(({ message_id, channel_id, count, ...rest }) => ({
    messageId: fromUuid("message", message_id),
    channelId: fromUuid("channel", channel_id),
    ...rest,
    count: Number(count),
  }));
}

interface TotalKeys {
  message_id: string;
  channel_id: string;
  count: string;
}
