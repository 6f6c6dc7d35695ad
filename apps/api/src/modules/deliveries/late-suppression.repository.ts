import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { suppressionOf } from "../suppressions/index.ts";
import { NIL_UUID } from "./expansion.repository.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

/**
 * Takes out of batches that are about to be sent whoever an entry made since the chunk was made suppresses. What waits to
 * be sent again, because the vendor may have it already and would drop a repeat, is `unknown`.
 */
export async function dropSuppressed(tx: Tx, work: ChunkWork, batches: ReadyRow[][]): Promise<ReadyRow[][]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const source = work.sourceId ? toUuid("source", work.sourceId) : null;
  const ids = batches.flat().map(([id]) => id);
  const dropped = await sql<{ id: string }[]>`
    with judged as materialized (
      select a.id, ${suppressionOf(tx, tenant)} as reason
      from (
        select d.id, u.external_id, d.address as chosen_address, ${work.channel?.kind ?? ""}::text as kind,
          ${source}::uuid as source_id
        from deliveries d left join lateral (
          select external_id from users u where u.tenant_id = ${tenant} and u.id = d.user_id offset 0
        ) u on true
        where d.tenant_id = ${tenant} and d.id = any(${ids}::bigint[]) and d.state = 'ready'
      ) a
    ), dropped as (
      update deliveries d set changed_at = now(), reason = j.reason,
        state = case when exists(select from attempts t where t.tenant_id = ${tenant} and t.chunk_id = ${work.chunkId}
          and d.id between t.first_id and t.last_id and t.outcome ?| array['unknown', 'abandoned'])
          then 'unknown' else 'suppressed' end::delivery_state
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
      select ${tenant}, ${toUuid("message", work.messageId)}, ${source ?? NIL_UUID},
        ${toUuid("channel", work.channelId)}, ${work.templateId ?? NIL_UUID}, ${work.step}, ${work.hour}, measure,
        measure_reason, sum(amount)
      from dropped d cross join lateral (
        select 'unknown'::statistics_measure as measure, '' as measure_reason, 1 as amount where d.state = 'unknown'
        union all select 'suppressed', d.reason, 1 where d.state = 'suppressed'
        union all select 'valid', '', -1 where d.state = 'suppressed'
      ) change
      group by measure, measure_reason
    )
    select id from dropped`;
  const gone = new Set(dropped.map(({ id }) => id));
  return gone.size === 0 ? batches : batches.map((batch) => batch.filter(([id]) => !gone.has(id)));
}
