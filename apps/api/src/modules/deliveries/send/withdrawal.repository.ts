import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { REASONS } from "../delivery.rules.ts";
import { mayHaveBeenSent } from "../doubt.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

interface Withdrawn {
  /** A row key. */
  userId: string;
  afterStep: number;
}

/**
 * Cancels what has not been sent of users' later steps, because an earlier one has reached them after all. The caller
 * keeps batches out; what an open attempt covers is under way and left to its outcome, as is a row that is being
 * settled right now. What waits to be sent again, because the vendor may have it already, is `unknown`. Answers whose
 * steps are left to an outcome: that may be another try.
 */
export async function withdrawSteps(
  tx: Tx,
  due: { tenantId: string; messageId: string },
  users: readonly Withdrawn[],
  reason: string = REASONS.reachedEarlier,
): Promise<string[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  const ended = await sql<{ chunkId: string }[]>`
    with target as materialized (
      select d.id, c.id as chunk_id from ${laterRows(tx, due, users)}
      join chunks c on c.tenant_id = ${tenant} and c.message_id = ${message} and d.id between c.first_id and c.last_id
      where not exists(
        select from attempts a where a.tenant_id = ${tenant} and a.chunk_id = c.id and a.ended_at is null
          and d.id between a.first_id and a.last_id)
      order by d.id for update of d skip locked
    ), ended as (
      update deliveries d set changed_at = now(), reason = ${reason},
        state = case when ${mayHaveBeenSent(tx, tenant, sql`target.chunk_id`)} then 'unknown' else 'cancelled'
          end::delivery_state
      from target where d.tenant_id = ${tenant} and d.id = target.id and d.state = 'ready'
      returning target.chunk_id, d.state, d.channel_id, d.step, date_trunc('hour', d.created_at) as hour
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), e.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), e.step, e.hour, e.state::text::statistics_measure, '', count(*)
      from ended e join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 3, 4, 5, 6, 7, 8
    )
    select distinct chunk_id as "chunkId" from ended`;
  const chunkIds = ended.map(({ chunkId }) => chunkId);
  if (chunkIds.length > 0) await closeEmptied(tx, tenant, chunkIds);
  const left = await sql<{ userId: string }[]>`
    select distinct d.user_id as "userId" from ${laterRows(tx, due, users)}`;
  return left.map(({ userId }) => userId);
}

/** The rows `d` of users' later steps that are to be sent. */
const laterRows = (
  { sql }: Tx,
  due: { tenantId: string; messageId: string },
  users: readonly Withdrawn[],
) => sql`
  jsonb_to_recordset(${JSON.stringify(users)}::jsonb) as w("userId" uuid, "afterStep" int)
  join deliveries d on d.tenant_id = ${toUuid("tenant", due.tenantId)} and d.user_id = w."userId"
    and d.message_id = ${toUuid("message", due.messageId)} and d.step > w."afterStep" and d.state = 'ready'`;

/**
 * Ends those of the chunks that have nothing left to send: a channel that is down would not claim them, and keep their
 * message open. What somebody is taking up right now is left to him.
 */
async function closeEmptied({ sql }: Tx, tenant: string, chunkIds: readonly string[]): Promise<void> {
  await sql`
    with emptied as materialized (
      select c.id from chunks c
      where c.tenant_id = ${tenant} and c.id = any(${[...chunkIds]}::bigint[]) and c.state = 'ready'
        and not exists(select from deliveries d where d.tenant_id = ${tenant}
          and d.id between c.first_id and c.last_id and d.state = 'ready')
      for update of c skip locked
    )
    update chunks c set state = 'done' from emptied
    where c.tenant_id = ${tenant} and c.id = emptied.id and c.state = 'ready'`;
}

/**
 * The rows of batches that are still to be sent. Only later steps can be withdrawn user by user; asked behind the
 * opening of the attempts, so that a withdrawal either is seen here or sees the attempt.
 */
export async function keepReady({ sql }: Tx, work: ChunkWork, batches: ReadyRow[][]): Promise<ReadyRow[][]> {
  if (work.step === 0) return batches;
  const rows = await sql<{ id: string }[]>`
    select id from deliveries where tenant_id = ${toUuid("tenant", work.tenantId)}
      and id = any(${batches.flat().map(([id]) => id)}::bigint[]) and state = 'ready'`;
  const ready = new Set(rows.map(({ id }) => id));
  return batches.map((batch) => batch.filter(([id]) => ready.has(id)));
}
