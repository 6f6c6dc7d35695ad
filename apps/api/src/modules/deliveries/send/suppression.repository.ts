import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { suppressionOf } from "../../suppressions/index.ts";
import { REASONS } from "../delivery.rules.ts";
import { leavesInDoubt, mayHaveBeenSent } from "../doubt.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

/*
 * Deliveries of a begun chunk that are not to be sent after all. They were counted as valid, and are no longer.
 */

/** A delivery that is not to be sent after all, and why. */
export interface Unwanted {
  id: string;
  reason: string;
  detail: string | null;
}

/** Leaves deliveries out, and returns which: not those that an attempt has covered, because the vendor may have them. */
export async function suppressReady(
  tx: Tx,
  work: ChunkWork,
  unwanted: readonly Unwanted[],
): Promise<Set<string>> {
  if (unwanted.length === 0) return new Set();
  return leaveOut(
    tx,
    work,
    tx.sql`
      select u.* from jsonb_to_recordset(${JSON.stringify(unwanted)}::jsonb) as u(id bigint, reason text, detail text)
      where not exists(select from attempts t where t.tenant_id = ${toUuid("tenant", work.tenantId)}
        and t.chunk_id = ${work.chunkId} and u.id between t.first_id and t.last_id)`,
  );
}

/** Leaves out deliveries of batches that have just been opened, and returns which. */
export async function dropUnwanted(
  tx: Tx,
  work: ChunkWork,
  unwanted: readonly Unwanted[],
): Promise<Set<string>> {
  if (unwanted.length === 0) return new Set();
  return leaveOut(
    tx,
    work,
    tx.sql`
      select * from jsonb_to_recordset(${JSON.stringify(unwanted)}::jsonb) as u(id bigint, reason text, detail text)`,
  );
}

/**
 * Takes out of batches that are about to be sent whoever an entry made since the chunk was made suppresses, and users who
 * have been deleted since.
 */
export async function dropExcluded(tx: Tx, work: ChunkWork, batches: ReadyRow[][]): Promise<ReadyRow[][]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const source = work.sourceId ? toUuid("source", work.sourceId) : null;
  const ids = batches.flat().map(([id]) => id);
  const gone = await leaveOut(
    tx,
    work,
    sql`
      select a.id, case when a.has_gone then ${REASONS.userDeleted} else ${suppressionOf(tx, tenant)} end as reason,
        null::text as detail
      from (
        select d.id, d.user_id is not null and u.external_id is null as has_gone, u.external_id,
          d.address as chosen_address, ${work.channel?.kind ?? ""}::text as kind, ${source}::uuid as source_id
        from deliveries d left join lateral (
          select external_id from users u where u.tenant_id = ${tenant} and u.id = d.user_id offset 0
        ) u on true
        where d.tenant_id = ${tenant} and d.id = any(${ids}::bigint[]) and d.state = 'ready'
      ) a`,
  );
  return without(gone, batches);
}

/**
 * Takes out of batches that are about to be sent what the vendor may have got so long ago that it would no longer drop a
 * repeat: nobody knows, and nobody will.
 */
export async function dropTooLate(
  tx: Tx,
  work: ChunkWork,
  batches: ReadyRow[][],
  afterSeconds: number,
): Promise<ReadyRow[][]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const ids = batches.flat().map(([id]) => id);
  const gone = await leaveOut(
    tx,
    work,
    sql`
      select distinct d.id, ${REASONS.tooLateToRepeat} as reason, null::text as detail
      from (
        select * from attempts where tenant_id = ${tenant} and chunk_id = ${work.chunkId}
          and outcome ?| array['unknown', 'abandoned']
          and started_at < now() - make_interval(secs => ${afterSeconds}) offset 0
      ) a
      join deliveries d on d.tenant_id = ${tenant} and d.id = any(${ids}::bigint[]) and d.state = 'ready'
        and ${leavesInDoubt(tx, tenant)}`,
  );
  return without(gone, batches);
}

const without = (gone: ReadonlySet<string>, batches: ReadyRow[][]): ReadyRow[][] =>
  gone.size === 0 ? batches : batches.map((batch) => batch.filter(([id]) => !gone.has(id)));

/**
 * Leaves out the rows of `judged` that have a `reason`, and returns which. What waits to be sent again, because the vendor
 * may have it already and would drop a repeat, is `unknown`.
 */
async function leaveOut(tx: Tx, work: ChunkWork, judged: Fragment): Promise<Set<string>> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const source = work.sourceId ? toUuid("source", work.sourceId) : NIL_UUID;
  const rows = await sql<{ id: string }[]>`
    with judged as materialized (${judged}), dropped as (
      update deliveries d set changed_at = now(), reason = j.reason, reason_detail = j.detail,
        state = case when ${mayHaveBeenSent(tx, tenant, sql`${work.chunkId}`)} then 'unknown' else 'suppressed'
          end::delivery_state
      from judged j
      where j.reason is not null and d.tenant_id = ${tenant} and d.id = j.id and d.state = 'ready'
      returning d.id, d.state, d.reason
    ), lessened as (
      update chunks set delivery_count = delivery_count - suppressed.count
      from (select count(*) as count from dropped where state = 'suppressed') suppressed
      where suppressed.count > 0 and tenant_id = ${tenant} and id = ${work.chunkId}
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${toUuid("message", work.messageId)}, ${source}, ${toUuid("channel", work.channelId)},
        ${work.templateId ?? NIL_UUID}, ${work.step}, ${work.hour}, measure, measure_reason, sum(amount)
      from dropped d cross join lateral (
        select 'unknown'::statistics_measure as measure, '' as measure_reason, 1 as amount where d.state = 'unknown'
        union all select 'suppressed', d.reason, 1 where d.state = 'suppressed'
        union all select 'valid', '', -1 where d.state = 'suppressed'
      ) change
      group by measure, measure_reason
    )
    select id from dropped`;
  const ids = rows.map(({ id }) => id);
  await recordEvents(tx, tenant, ids);
  return new Set(ids);
}
