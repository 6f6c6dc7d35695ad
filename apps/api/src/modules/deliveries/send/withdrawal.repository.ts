import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { isCancelledFor } from "../cancelled-for.repository.ts";
import { REASONS } from "../delivery.rules.ts";
import { mayHaveBeenSent } from "../doubt.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

interface Withdrawn {
  /** A row key. */
  userId: string;
  afterStep: number;
  /** Why nothing goes out behind that step. */
  reason: string;
}

/**
 * Cancels what has not been sent of users' later steps: an earlier one has reached them after all, or was taken
 * back. Answers whose steps are left to an outcome: that may be another try.
 */
export async function withdrawSteps(
  tx: Tx,
  due: { tenantId: string; messageId: string },
  users: readonly Withdrawn[],
): Promise<string[]> {
  await withdrawRows(tx, due, users);
  const left = await tx.sql<{ userId: string }[]>`
    select distinct d.user_id as "userId" from ${laterRows(tx, due, users)}`;
  return left.map(({ userId }) => userId);
}

/**
 * Cancels what has not been sent to users behind a step, and returns it. The caller keeps batches out; what an open attempt
 * covers is under way and left to its outcome, as is a row that is being settled right now. What waits to be sent again,
 * because the vendor may have it already, is `unknown`.
 */
export async function withdrawRows(
  tx: Tx,
  due: { tenantId: string; messageId: string },
  users: readonly Withdrawn[],
): Promise<{ id: string; chunkId: string }[]> {
  if (users.length === 0) return [];
  const { sql } = tx;
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  const ended = await cancel(
    tx,
    due,
    sql`
      select d.id, c.id as chunk_id, w.reason from ${laterRows(tx, due, users)}
      join chunks c on c.tenant_id = ${tenant} and c.message_id = ${message} and d.id between c.first_id and c.last_id
      where not exists(
        select from attempts a where a.tenant_id = ${tenant} and a.chunk_id = c.id and a.ended_at is null
          and d.id between a.first_id and a.last_id)
      order by d.id for update of d skip locked`,
  );
  const chunkIds = [...new Set(ended.map(({ chunkId }) => chunkId))];
  if (chunkIds.length > 0) await closeEmptied(tx, tenant, chunkIds);
  return ended;
}

/** Cancels deliveries of a message that are still to be sent; `target` gives their ids, chunks and reasons. */
async function cancel(
  tx: Tx,
  { tenantId, messageId }: { tenantId: string; messageId: string },
  target: Fragment,
): Promise<{ id: string; chunkId: string }[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  const ended = await sql<{ id: string; chunkId: string }[]>`
    with target as materialized (${target}), ended as (
      update deliveries d set changed_at = now(), reason = target.reason,
        state = case when ${mayHaveBeenSent(tx, tenant, sql`target.chunk_id`)} then 'unknown' else 'cancelled'
          end::delivery_state
      from target where d.tenant_id = ${tenant} and d.id = target.id and d.state = 'ready'
      returning d.id, target.chunk_id, d.state, d.channel_id, d.step, date_trunc('hour', d.created_at) as hour
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), e.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), e.step, e.hour, e.state::text::statistics_measure, '', count(*)
      from ended e join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 3, 4, 5, 6, 7, 8
    )
    select id, chunk_id as "chunkId" from ended`;
  const ids = ended.map(({ id }) => id);
  await recordEvents(tx, tenant, ids);
  return ended;
}

/** The rows `d` of users behind their steps that are to be sent. */
const laterRows = (
  { sql }: Tx,
  due: { tenantId: string; messageId: string },
  users: readonly Withdrawn[],
) => sql`
  jsonb_to_recordset(${JSON.stringify(users)}::jsonb) as w("userId" uuid, "afterStep" int, reason text)
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
 * The rows of batches that are still to be sent. Only later steps, and messages that were cancelled for some users, can be
 * withdrawn user by user; asked behind the opening of the attempts, so that a withdrawal either is seen here or sees the
 * attempt.
 */
export async function keepReady(
  tx: Tx,
  work: ChunkWork,
  batches: ReadyRow[][],
  areUsersCancelled: boolean,
): Promise<ReadyRow[][]> {
  if (work.step === 0 && !areUsersCancelled) return batches;
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  if (areUsersCancelled) await withdrawCancelled(tx, work, idsOf(batches));
  // A flow whose step is still to be sent waits for nothing, but for what its news is judged to be.
  const rows = await sql<{ id: string; hasNews: boolean | null }[]>`
    select d.id, f.wake_at is not null or f.state <> 'waiting' as "hasNews"
    from deliveries d left join lateral (
      select wake_at, state from flows f where f.tenant_id = ${tenant}
        and f.message_id = ${toUuid("message", work.messageId)} and f.user_id = d.user_id offset 0
    ) f on true
    where d.tenant_id = ${tenant} and d.id = any(${idsOf(batches)}::bigint[]) and d.state = 'ready'`;
  const withNews = rows.flatMap(({ id, hasNews }) => (hasNews ? [id] : []));
  const withdrawn = withNews.length > 0 ? await withdrawOvertaken(tx, work, withNews) : new Set();
  const ready = new Set(rows.flatMap(({ id }) => (withdrawn.has(id) ? [] : [id])));
  return batches.map((batch) => batch.filter(([id]) => ready.has(id)));
}

const idsOf = (batches: ReadyRow[][]) => batches.flat().map(([id]) => id);

/** Withdraws those of the deliveries, whose attempts have just been opened, for whose users the message was cancelled. */
async function withdrawCancelled(tx: Tx, work: ChunkWork, ids: readonly string[]): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  await cancel(
    tx,
    work,
    sql`
      select d.id, ${work.chunkId}::bigint as chunk_id, ${REASONS.userCancelled} as reason from deliveries d
      where d.tenant_id = ${tenant} and d.id = any(${[...ids]}::bigint[]) and ${isCancelledFor(tx, tenant, sql`d`)}`,
  );
}

/**
 * Withdraws those of the deliveries, whose attempts have just been opened, whose users an earlier step has reached by now, or
 * from whom one was taken back: the news of it may not have been judged yet. Returns which.
 */
async function withdrawOvertaken(tx: Tx, work: ChunkWork, ids: readonly string[]): Promise<Set<string>> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const message = toUuid("message", work.messageId);
  // What counts as reached is said by `flow.rules.ts`.
  const withdrawn = await cancel(
    tx,
    work,
    sql`
      select d.id, ${work.chunkId}::bigint as chunk_id, earlier.reason
      from messages m
      join policy_versions v on v.tenant_id = ${tenant} and v.id = m.policy_version_id
      join deliveries d on d.tenant_id = ${tenant} and d.id = any(${[...ids]}::bigint[])
      cross join lateral (
        select case when bool_or(r.is_reached) then ${REASONS.reachedEarlier} else ${REASONS.cancelled} end as reason
        from (
          select e.state, e.read_at is not null or e.clicked_at is not null or e.state = 'delivered'
            and v.steps -> (e.step + 1) ->> 'when' is distinct from 'unread' as is_reached
          from deliveries e where e.tenant_id = ${tenant} and e.user_id = d.user_id
            and e.message_id = ${message} and e.step < d.step offset 0
        ) r where r.is_reached or r.state = 'recalled' having count(*) > 0
      ) earlier
      where m.tenant_id = ${tenant} and m.id = ${message}`,
  );
  return new Set(withdrawn.map(({ id }) => id));
}
