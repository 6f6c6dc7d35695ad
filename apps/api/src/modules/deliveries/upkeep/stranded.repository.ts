import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import { chunksAtOnce } from "../completion.repository.ts";
import { REASONS } from "../delivery.rules.ts";
import { mayHaveBeenSent } from "../doubt.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import { quietUntilOf } from "../judge/deferral.repository.ts";
import type { Restraints } from "../judge/restraints.ts";

/** How long a channel may not be sent through before what has a further step gives it up, seconds. */
const PATIENCE_SECONDS = 300;

/** A step of a message that waits for a channel which has not been sent through for long. */
export interface StrandedStep {
  tenantId: string;
  messageId: string;
  channelId: string;
  step: number;
}

/**
 * Whether chunk `c` would be sent now, but for the circuit `k` of its channel. What is not due yet waits for its own
 * moment, as the end of quiet hours, and the channel may be well by then.
 */
const isStranded = ({ sql }: Tx) => sql`
  c.state = 'ready' and c.due_at <= now()
  and k.state <> 'closed' and k.since < now() - make_interval(secs => ${PATIENCE_SECONDS})`;

/** Steps that are stranded, in the order of their messages, behind the given one. Runs as the dispatcher. */
export async function listStranded(
  tx: Tx,
  after: StrandedStep | undefined,
  limit: number,
): Promise<StrandedStep[]> {
  const { sql } = tx;
  const behind = after
    ? sql`and (c.message_id, c.channel_id, c.step) >
        (${toUuid("message", after.messageId)}::uuid, ${toUuid("channel", after.channelId)}::uuid, ${after.step}::int)`
    : sql``;
  const rows = await sql<{ tenant_id: string; message_id: string; channel_id: string; step: number }[]>`
    select distinct c.tenant_id, c.message_id, c.channel_id, c.step from channel_circuits k
    join chunks c on c.tenant_id = k.tenant_id and c.channel_id = k.channel_id
    where ${isStranded(tx)} ${behind}
    order by c.message_id, c.channel_id, c.step limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.message_id),
    channelId: fromUuid("channel", row.channel_id),
    step: row.step,
  }));
}

/** What came of giving up some of a stranded step. */
export interface GivenUp {
  /** The last of the chunks that were looked at, when there may be more behind it. */
  goOnAfter: string | undefined;
}

/**
 * Fails what certainly was not sent of some chunks of a stranded step, those behind `afterChunkId`, where the policy has a
 * further step, and wakes the flows. What may have been sent is left to be settled, and for whom it is quiet now the end of
 * that. Undefined when there is nothing behind the step to go on with.
 */
export async function giveUpStranded(
  tx: Tx,
  stranded: StrandedStep,
  afterChunkId: string,
  { quietHours }: Pick<Restraints, "quietHours">,
): Promise<GivenUp | undefined> {
  const { sql } = tx;
  const tenant = toUuid("tenant", stranded.tenantId);
  const message = toUuid("message", stranded.messageId);
  const channel = toUuid("channel", stranded.channelId);
  const [policy] = await sql<{ goes_on: boolean }[]>`
    select jsonb_array_length(v.steps) > ${stranded.step}::int + 1 as goes_on from messages m
    join policy_versions v on v.tenant_id = ${tenant} and v.id = m.policy_version_id
    where m.tenant_id = ${tenant} and m.id = ${message} and m.state in ('expanding', 'sending')`;
  if (!policy?.goes_on) return undefined;
  const atOnce = chunksAtOnce(tx);
  const waiting = await sql<{ chunkId: string; firstId: string; lastId: string }[]>`
    with stranded as materialized (
      select c.id from chunks c
      join channel_circuits k on k.tenant_id = ${tenant} and k.channel_id = c.channel_id
      where c.tenant_id = ${tenant} and c.message_id = ${message} and c.channel_id = ${channel}
        and c.step = ${stranded.step} and ${isStranded(tx)}
    ), waiting as materialized (
      -- Locked, so that nobody claims them meanwhile; what a worker holds, as a probe, is left to it.
      select c.id, c.first_id, c.last_id from chunks c
      where c.tenant_id = ${tenant} and c.state = 'ready' and c.due_at <= now() and c.id = any(array(
        select id from stranded where id > ${afterChunkId} order by id limit ${atOnce}))
      for update of c skip locked
    ), target as materialized (
      select d.id from waiting c
      join deliveries d on d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id and d.state = 'ready'
      join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      cross join lateral (select m.category, m.options, d.user_id) t
      where ${quietUntilOf(tx, tenant, quietHours)} is null
        and not exists(select from attempts a where a.tenant_id = ${tenant} and a.chunk_id = c.id
          and a.ended_at is null and d.id between a.first_id and a.last_id)
        and not ${mayHaveBeenSent(tx, tenant, sql`c.id`)}
      order by d.id for update of d skip locked
    ), ended as (
      update deliveries d set state = 'failed', changed_at = now(), reason = ${REASONS.channelDown}
      from target where d.tenant_id = ${tenant} and d.id = target.id and d.state = 'ready'
      returning d.user_id, date_trunc('hour', d.created_at) as hour
    ), woken as (
      update flows f set wake_at = now() from ended e
      where f.tenant_id = ${tenant} and f.message_id = ${message} and f.user_id = e.user_id
        and f.step = ${stranded.step}
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), ${channel},
        coalesce(v.template_id, ${NIL_UUID}), ${stranded.step}, e.hour, 'failed', ${REASONS.channelDown}, count(*)
      from ended e join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 3, 5, 7
    )
    select id as "chunkId", first_id as "firstId", last_id as "lastId" from waiting order by id`;
  await recordEvents(tx, tenant, waiting);
  await sql`
    update chunks c set state = 'done'
    where c.tenant_id = ${tenant} and c.id = any(${waiting.map(({ chunkId }) => chunkId)}::bigint[])
      and c.state = 'ready' and not exists(select from deliveries d where d.tenant_id = ${tenant}
        and d.id between c.first_id and c.last_id and d.state = 'ready')`;
  return { goOnAfter: waiting.length === atOnce ? waiting.at(-1)?.chunkId : undefined };
}
