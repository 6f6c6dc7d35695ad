import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { NIL_UUID } from "./expansion.repository.ts";
import type { ChunkWork } from "./send.repository.ts";

/** A delivery that is not to be sent after all, and why. */
export interface Unwanted {
  id: string;
  reason: string;
  detail: string | null;
}

/**
 * Leaves deliveries of a begun chunk out, and returns which: not those that an attempt has covered, because the vendor
 * may have them. They were counted as valid, and are no longer.
 */
export async function suppressReady(
  { sql }: Tx,
  work: ChunkWork,
  unwanted: readonly Unwanted[],
): Promise<Set<string>> {
  if (unwanted.length === 0) return new Set();
  const tenant = toUuid("tenant", work.tenantId);
  const rows = await sql<{ id: string }[]>`
    with suppressed as (
      update deliveries d set state = 'suppressed', changed_at = now(), reason = u.reason, reason_detail = u.detail
      from jsonb_to_recordset(${JSON.stringify(unwanted)}::jsonb) as u(id bigint, reason text, detail text)
      where d.tenant_id = ${tenant} and d.id = u.id and d.state = 'ready'
        and not exists(select from attempts a where a.tenant_id = ${tenant} and a.chunk_id = ${work.chunkId}
          and d.id between a.first_id and a.last_id)
      returning d.id, d.reason
    ), shrunk as (
      update chunks set delivery_count = delivery_count - (select count(*) from suppressed)
      where tenant_id = ${tenant} and id = ${work.chunkId}
    ), recorded as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${toUuid("message", work.messageId)},
        ${work.sourceId ? toUuid("source", work.sourceId) : NIL_UUID}, ${toUuid("channel", work.channelId)},
        ${work.templateId ?? NIL_UUID}, ${work.step}, ${work.hour}, measure, counted.reason, amount
      from (
        select 'valid'::statistics_measure as measure, '' as reason, -count(*) as amount from suppressed
        union all
        select 'suppressed', reason, count(*) from suppressed group by reason
      ) counted where amount <> 0
    )
    select id from suppressed`;
  return new Set(rows.map(({ id }) => id));
}
