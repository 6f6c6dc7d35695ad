import type { Tx } from "../../platform/database/index.ts";
import { fromBigint, fromUuid, toUuid } from "../../platform/ids.ts";
import type { EventType } from "./callback.rules.ts";

/** An event as a source is told it. */
export interface ToldEvent {
  id: string;
  type: EventType;
  at: string;
  messageId: string;
  deliveryId: string;
  step: number;
  channel: { id: string; code: string; kind: string };
  userId: string | null;
  address: string | null;
  reason: string | null;
}

interface RawEvent {
  type: EventType;
  happened_at: Date;
  message_id: string;
  delivery_id: string;
  reason: string | null;
  step: number | null;
  channel_id: string | null;
  code: string | null;
  kind: string | null;
  user_id: string | null;
  external_id: string | null;
  address: string | null;
}

const UNKNOWN_CHANNEL_UUID = "00000000-0000-0000-0000-000000000000";

/** What a callback tells, always in the same order. A delivery that is gone leaves its event without what it said. */
export async function listEvents({ sql }: Tx, tenantId: string, callbackId: string): Promise<ToldEvent[]> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql<RawEvent[]>`
    select e.type, e.happened_at, e.message_id, e.delivery_id, e.reason, d.step, d.channel_id, c.code, c.kind,
      d.user_id, u.external_id, d.address
    from callback_events e
    left join deliveries d on d.tenant_id = ${tenant} and d.id = e.delivery_id
    left join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
    left join users u on u.tenant_id = ${tenant} and u.id = d.user_id
    where e.tenant_id = ${tenant} and e.callback_id = ${toUuid("callback", callbackId)}
    order by e.happened_at, e.delivery_id, e.type`;
  return rows.map(toEvent);
}

function toEvent(row: RawEvent): ToldEvent {
  const deliveryId = fromBigint("dlv", row.delivery_id);
  return {
    id: `${deliveryId}.${row.type}`,
    type: row.type,
    at: row.happened_at.toISOString(),
    messageId: fromUuid("message", row.message_id),
    deliveryId,
    step: row.step ?? 0,
    channel: {
      id: fromUuid("channel", row.channel_id ?? UNKNOWN_CHANNEL_UUID),
      code: row.code ?? "",
      kind: row.kind ?? "",
    },
    userId: row.external_id,
    // Where a message names users, their addresses are not its source's to know.
    address: row.user_id === null ? row.address : null,
    reason: row.reason,
  };
}
