import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { REASONS } from "../delivery.rules.ts";
import { mayHaveBeenSent } from "../doubt.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

/**
 * Cancels what has not been sent of users' later steps, because an earlier one has reached them after all. The caller
 * keeps batches out; what an open attempt covers is under way and left to its outcome, as is a row that is being
 * settled right now. What waits to be sent again, because the vendor may have it already, is `unknown`. `userId` is a row
 * key.
 */
export async function withdrawSteps(
  tx: Tx,
  due: { tenantId: string; messageId: string },
  users: readonly { userId: string; afterStep: number }[],
): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  await sql`
    with target as materialized (
      select d.id, c.id as chunk_id
      from jsonb_to_recordset(${JSON.stringify(users)}::jsonb) as w("userId" uuid, "afterStep" int)
      join deliveries d on d.tenant_id = ${tenant} and d.user_id = w."userId" and d.message_id = ${message}
        and d.step > w."afterStep" and d.state = 'ready'
      join chunks c on c.tenant_id = ${tenant} and c.message_id = ${message} and d.id between c.first_id and c.last_id
      where not exists(
        select from attempts a where a.tenant_id = ${tenant} and a.chunk_id = c.id and a.ended_at is null
          and d.id between a.first_id and a.last_id)
      order by d.id for update of d skip locked
    ), ended as (
      update deliveries d set changed_at = now(), reason = ${REASONS.reachedEarlier},
        state = case when ${mayHaveBeenSent(tx, tenant, sql`target.chunk_id`)} then 'unknown' else 'cancelled'
          end::delivery_state
      from target where d.tenant_id = ${tenant} and d.id = target.id and d.state = 'ready'
      returning d.state, d.channel_id, d.step, date_trunc('hour', d.created_at) as hour
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), e.channel_id,
      coalesce(v.template_id, ${NIL_UUID}), e.step, e.hour, e.state::text::statistics_measure, '', count(*)
    from ended e join messages m on m.tenant_id = ${tenant} and m.id = ${message}
    left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
    group by 3, 4, 5, 6, 7, 8`;
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
