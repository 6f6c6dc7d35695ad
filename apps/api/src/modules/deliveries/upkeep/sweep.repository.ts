import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { REASONS } from "../delivery.rules.ts";
import type { Claim } from "../dispatch/claim.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";

/** An attempt that was opened and never ended, with what is needed to judge it. */
export interface AbandonedChunk {
  messageId: string;
  step: number;
  firstId: string;
  lastId: string;
  pluginId: string | null;
  hasFlows: boolean;
  openAttempts: number;
}

/** Takes over a chunk whose lease ran out; undefined when somebody was faster. */
export async function takeOverChunk({ sql }: Tx, claim: Claim): Promise<AbandonedChunk | undefined> {
  const tenant = toUuid("tenant", claim.tenantId);
  const [row] = await sql<(Omit<AbandonedChunk, "messageId"> & { messageUuid: string })[]>`
    select c.message_id as "messageUuid", ch.plugin_id as "pluginId", c.step, c.first_id as "firstId",
      c.last_id as "lastId",
      exists(select from flows f where f.tenant_id = ${tenant} and f.message_id = c.message_id) as "hasFlows",
      (select count(*)::int from attempts a
        where a.tenant_id = ${tenant} and a.chunk_id = c.id and a.ended_at is null) as "openAttempts"
    from chunks c left join channels ch on ch.tenant_id = ${tenant} and ch.id = c.channel_id
    where c.tenant_id = ${tenant} and c.id = ${claim.chunkId} and c.lease_token = ${claim.leaseToken}
      and c.state in ('queued', 'sending') and c.lease_until < now()
    for update of c`;
  if (!row) return undefined;
  const { messageUuid, ...chunk } = row;
  return { ...chunk, messageId: fromUuid("message", messageUuid) };
}

/** How soon to look again whether a chunk's plugin can be read, seconds. */
const LOOK_AGAIN_SECONDS = 10;

/** Leaves a chunk whose lease ran out to a later round. */
export async function putOffTakingOver({ sql }: Tx, claim: Claim): Promise<void> {
  await sql`
    update chunks set lease_until = now() + make_interval(secs => ${LOOK_AGAIN_SECONDS})
    where tenant_id = ${toUuid("tenant", claim.tenantId)} and id = ${claim.chunkId}
      and lease_token = ${claim.leaseToken}`;
}

/**
 * Closes the chunk's open attempts. Where the vendor does not deduplicate, what they covered may have been sent, so
 * it becomes `unknown`; otherwise it stays `ready` and goes out again under the same keys.
 */
export async function closeAttempts(tx: Tx, claim: Claim, mayHaveBeenSent: boolean): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", claim.tenantId);
  const closed = await sql<{ firstId: string; lastId: string }[]>`
    with closed as (
      update attempts set ended_at = now(), outcome = jsonb_build_object('abandoned', delivery_count)
      where tenant_id = ${tenant} and chunk_id = ${claim.chunkId} and ended_at is null
      returning first_id, last_id
    ), lost as (
      update deliveries d set state = 'unknown', changed_at = now(), attempt_count = attempt_count + 1,
        reason = ${REASONS.workerLost}
      from closed where ${mayHaveBeenSent} and d.tenant_id = ${tenant}
        and d.id between closed.first_id and closed.last_id and d.state = 'ready'
      returning d.message_id, d.channel_id, d.step, date_trunc('hour', d.created_at) as hour
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, l.message_id, coalesce(m.source_id, ${NIL_UUID}), l.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), l.step, l.hour, 'unknown', '', count(*)
      from lost l join messages m on m.tenant_id = ${tenant} and m.id = l.message_id
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 2, 3, 4, 5, 6, 7
    )
    select first_id as "firstId", last_id as "lastId" from closed`;
  await recordEvents(tx, tenant, closed);
}

/** Makes the chunk due again, or done when nothing of it is left to send. */
export async function reopenChunk({ sql }: Tx, claim: Claim): Promise<void> {
  const tenant = toUuid("tenant", claim.tenantId);
  await sql`
    update chunks c set lease_token = null, lease_until = null, due_at = now(),
      state = case when exists(select from deliveries d where d.tenant_id = ${tenant}
        and d.id between c.first_id and c.last_id and d.state = 'ready') then 'ready' else 'done' end::chunk_state
    where c.tenant_id = ${tenant} and c.id = ${claim.chunkId} and c.lease_token = ${claim.leaseToken}`;
}

/** A message that a crash has left open: nobody is going to end it, or what was not sent of it. */
export interface ForgottenMessage {
  tenantId: string;
  messageId: string;
}

/** How many messages under way are looked at in one round. */
const MESSAGES_LOOKED_AT = 10_000;

/**
 * Messages with nothing under way that are not ended: who did the last of their work died before the step that follows it.
 * Looks at some of those behind `after`, a row key, and says where to go on; undefined when it has been through. Runs as
 * the dispatcher, across tenants.
 */
export async function listForgottenMessages(
  { sql }: Tx,
  after: string,
): Promise<{ forgotten: ForgottenMessage[]; goOnAfter: string | undefined }> {
  // OFFSET keeps these index probes: however many messages there are, a round takes the same time.
  const rows = await sql<(ForgottenMessage & { isForgotten: boolean; isLast: boolean })[]>`
    with looked_at as materialized (
      select tenant_id, id from messages where state = 'sending' and id > ${after} order by id limit ${MESSAGES_LOOKED_AT}
    ), judged as (
      select m.tenant_id, m.id, row_number() over (order by m.id) = ${MESSAGES_LOOKED_AT} as is_last,
        not exists(select from chunks c
          where c.tenant_id = m.tenant_id and c.message_id = m.id and c.state <> 'done' offset 0)
        and not exists(select from flows f
          where f.tenant_id = m.tenant_id and f.message_id = m.id and f.state = 'waiting' offset 0)
        and not exists(select from inquiries i
          where i.tenant_id = m.tenant_id and i.message_id = m.id and i.kind = 'outcome' offset 0) as is_forgotten
      from looked_at m
    )
    select tenant_id as "tenantId", id as "messageId", is_forgotten as "isForgotten", is_last as "isLast"
    from judged where is_forgotten or is_last order by id`;
  return {
    forgotten: rows.filter(({ isForgotten }) => isForgotten).map(toForgotten),
    goOnAfter: rows.find(({ isLast }) => isLast)?.messageId,
  };
}

/** How many waiting chunks are looked at in one round. */
const CHUNKS_LOOKED_AT = 10_000;

/** A place in the index of the chunks that wait, behind which a walk through them goes on. */
export interface WaitingPlace {
  priority: number;
  tenantId: string;
  channelId: string;
  /** As the database writes it: to the microsecond. */
  dueAt: string;
  chunkId: string;
}

/** Before everything that waits. */
export const FIRST_WAITING: WaitingPlace = {
  priority: -1,
  tenantId: NIL_UUID,
  channelId: NIL_UUID,
  dueAt: "-infinity",
  chunkId: "0",
};

/**
 * Ended messages with chunks that nobody will claim. Looks at some of the waiting chunks behind `after`, whose ids are row
 * keys, and says where to go on; undefined when it has been through. Runs as the dispatcher, across tenants.
 */
export async function listEndedWithChunks(
  { sql }: Tx,
  after: WaitingPlace,
): Promise<{ ended: ForgottenMessage[]; goOnAfter: WaitingPlace | undefined }> {
  const rows = await sql<(WaitingPlace & { messageId: string; isEnded: boolean; isLast: boolean })[]>`
    with looked_at as materialized (
      select priority, tenant_id, channel_id, due_at, id, message_id from chunks
      where state = 'ready' and (priority, tenant_id, channel_id, due_at, id)
        > (${after.priority}, ${after.tenantId}, ${after.channelId}, ${after.dueAt}, ${after.chunkId})
      order by priority, tenant_id, channel_id, due_at, id limit ${CHUNKS_LOOKED_AT}
    ), judged as (
      select c.*, row_number() over (order by priority, tenant_id, channel_id, due_at, id) = ${CHUNKS_LOOKED_AT}
          as is_last,
        exists(select from messages m where m.tenant_id = c.tenant_id and m.id = c.message_id
          and m.state in ('cancelled', 'expired') offset 0) as is_ended
      from looked_at c
    )
    select priority, tenant_id as "tenantId", channel_id as "channelId", due_at::text as "dueAt", id as "chunkId",
      message_id as "messageId", is_ended as "isEnded", is_last as "isLast"
    from judged where is_ended or is_last order by priority, tenant_id, channel_id, due_at, id`;
  const ended = new Map(
    rows.filter(({ isEnded }) => isEnded).map((row) => [row.messageId, toForgotten(row)]),
  );
  return { ended: [...ended.values()], goOnAfter: rows.find(({ isLast }) => isLast) };
}

const toForgotten = ({ tenantId, messageId }: ForgottenMessage): ForgottenMessage => ({
  tenantId: fromUuid("tenant", tenantId),
  messageId: fromUuid("message", messageId),
});

/** Tenants that have counts to compact. */
export async function listTenantsWithDeltas({ sql }: Tx): Promise<string[]> {
  const rows = await sql<
    { tenant_id: string }[]
  >`select distinct tenant_id from statistics_deltas limit 1000`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

/**
 * Tenants with receipts that came before their delivery was accepted, at most a day old. Some of those behind `after`, a
 * row key, and where to go on; undefined when it has been through.
 */
export async function listTenantsWithWaitingReceipts(
  { sql }: Tx,
  after: string,
  limit = 1000,
): Promise<{ tenantIds: string[]; goOnAfter: string | undefined }> {
  // From tenant to tenant, one probe each: strangers' receipts may wait by the hundred thousand.
  const rows = await sql<{ tenant_id: string }[]>`
    with recursive waiting as (
      (select tenant_id from receipts where applied_at is null and tenant_id > ${after} order by tenant_id limit 1)
      union all
      select next.tenant_id from waiting cross join lateral (
        select tenant_id from receipts where applied_at is null and tenant_id > waiting.tenant_id
        order by tenant_id limit 1
      ) next
    )
    select tenant_id from waiting w
    where exists(select from receipts r where r.tenant_id = w.tenant_id and r.applied_at is null
      and r.received_at > now() - interval '24 hours' offset 0)
    order by tenant_id limit ${limit}`;
  return {
    tenantIds: rows.map((row) => fromUuid("tenant", row.tenant_id)),
    goOnAfter: rows.length === limit ? rows.at(-1)?.tenant_id : undefined,
  };
}

/** This month's and next month's partitions, and ids of the right month. */
export async function rollPartitions({ sql }: Tx): Promise<void> {
  await sql`select roll_delivery_partitions()`;
}
