import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";
import { NIL_UUID } from "../deliveries/index.ts";

export interface DueMessage {
  tenantId: string;
  messageId: string;
}

/** A place among the due flows, in the order in which they came due, behind all of a message at one moment; ids are row keys. */
export interface DuePlace {
  /** As the database writes it. */
  wakeAt: string;
  tenantId: string;
  messageId: string;
}

export interface DueLimits {
  /** Messages that are answered of each look. */
  messages: number;
  /** Due flows that are looked at, the oldest behind the place. */
  lookedAt: number;
  /** Due flows that are looked at from the newest. */
  newest: number;
}

export const DUE_LIMITS: DueLimits = { messages: 100, lookedAt: 10_000, newest: 2_000 };

/** Before all that is due. */
const FIRST: DuePlace = {
  wakeAt: "-infinity",
  tenantId: NIL_UUID,
  messageId: NIL_UUID,
};

interface MessageRow {
  tenant_id: string;
  message_id: string;
}

/**
 * Messages with flows that have come due, one of each tenant before a second of any. Looks at those that came due first
 * behind `after` and says where to go on; undefined when it has been through. While it is under way it also looks at
 * those that came due last: a large message must not keep them waiting until its flows are through. Runs as the
 * dispatcher, across tenants.
 */
export async function listDueMessages(
  tx: Tx,
  after: DuePlace | undefined,
  limits: DueLimits = DUE_LIMITS,
): Promise<{ due: DueMessage[]; goOnAfter: DuePlace | undefined }> {
  const { rows, goOnAfter } = await lookBehind(tx, after ?? FIRST, limits);
  const newest = after || goOnAfter ? await lookAtNewest(tx, limits) : [];
  const due = new Map([...newest, ...rows].map((row) => [row.message_id, toDueMessage(row)]));
  return { due: [...due.values()], goOnAfter };
}

async function lookBehind({ sql }: Tx, after: DuePlace, { messages, lookedAt }: DueLimits) {
  const rows = await sql<(MessageRow & { goOnAfter: DuePlace | null })[]>`
    with looked_at as materialized (
      select *, row_number() over (order by wake_at, tenant_id, message_id) as place from (
        select wake_at, tenant_id, message_id from flows
        where wake_at <= now() and wake_at >= ${after.wakeAt}
          and (wake_at, tenant_id, message_id) > (${after.wakeAt}, ${after.tenantId}, ${after.messageId})
        order by wake_at, tenant_id, message_id limit ${lookedAt}
      ) behind
    ), found as (
      select *, row_number() over (order by turn, place) as rank from (
        select *, row_number() over (partition by tenant_id order by place) as turn from (
          select tenant_id, message_id, min(place) as place from looked_at group by tenant_id, message_id
        ) messages
      ) turns
    ), goes_on as (
      -- Before the first message that has to wait for the next look.
      select jsonb_build_object('wakeAt', wake_at, 'tenantId', tenant_id, 'messageId', message_id) as place
      from looked_at where place = coalesce(
        (select min(place) - 1 from found where rank > ${messages}),
        (select count(*) from looked_at having count(*) = ${lookedAt}))
    )
    select tenant_id, message_id, (select place from goes_on) as "goOnAfter"
    from found where rank <= ${messages} order by rank`;
  return { rows, goOnAfter: rows[0]?.goOnAfter ?? undefined };
}

const lookAtNewest = ({ sql }: Tx, { messages, newest }: DueLimits) => sql<MessageRow[]>`
  select tenant_id, message_id from (
    select tenant_id, message_id, wake_at from flows where wake_at <= now() order by wake_at desc limit ${newest}
  ) newest group by tenant_id, message_id order by max(wake_at) desc limit ${messages}`;

const toDueMessage = (row: MessageRow): DueMessage => ({
  tenantId: fromUuid("tenant", row.tenant_id),
  messageId: fromUuid("message", row.message_id),
});
