import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { LEFT_STATES } from "./delivery.rules.ts";
import { NIL_UUID } from "./expand/expansion.repository.ts";

/**
 * Marks and counts what has left of users' later steps although `afterStep` has reached them after all, once each. Answers
 * the users, by their row keys, of whom somebody else holds a row at the moment.
 */
export async function markWasted(
  { sql }: Tx,
  { tenantId, messageId }: { tenantId: string; messageId: string },
  users: readonly { userId: string; afterStep: number }[],
): Promise<string[]> {
  const tenant = toUuid("tenant", tenantId);
  const message = toUuid("message", messageId);
  const held = await sql<{ userId: string }[]>`
    with found as materialized (
      select d.id, d.user_id from jsonb_to_recordset(${JSON.stringify(users)}::jsonb) as w("userId" uuid, "afterStep" int)
      join deliveries d on d.tenant_id = ${tenant} and d.user_id = w."userId" and d.message_id = ${message}
        and d.step > w."afterStep" and d.state = any(${[...LEFT_STATES]}::text[]::delivery_state[])
        and d.wasted_at is null
    ), free as materialized (
      select id from deliveries where tenant_id = ${tenant} and id in (select id from found)
      order by id for no key update skip locked
    ), marked as (
      update deliveries d set wasted_at = now() from free where d.tenant_id = ${tenant} and d.id = free.id
      returning d.channel_id, d.step, date_trunc('hour', d.created_at) as hour
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), k.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), k.step, k.hour, 'wasted', '', count(*)
      from marked k join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 3, 4, 5, 6, 7
    )
    select distinct user_id as "userId" from found where id not in (select id from free)`;
  return held.map(({ userId }) => userId);
}
