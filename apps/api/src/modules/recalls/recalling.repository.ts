import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { recordEvents } from "../callbacks/index.ts";
import { NIL_UUID, REASONS, RECALLABLE_STATES } from "../deliveries/index.ts";
import type { JudgedRecall } from "./recall.rules.ts";

export interface DueRecall {
  tenantId: string;
  recallId: string;
}

/** After this somebody who works on a recall is taken for dead. */
const LEASE_SECONDS = 180;
/** What is read at once; of these, one channel's go into a call. */
const READ_AT_ONCE = 2_000;

/** Recalls that have something to do, those that wait longest first. Runs as the dispatcher, across tenants. */
export async function listDueRecalls({ sql }: Tx, limit: number): Promise<DueRecall[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from recalls where wake_at <= now() order by wake_at limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    recallId: fromUuid("recall", row.id),
  }));
}

/** A recall that somebody has taken up. */
export interface TakenRecall extends DueRecall {
  messageId: string;
  /** Row key of the only delivery that is meant. */
  deliveryKey: string | null;
  cursor: string;
  roundCount: number;
  tally: schema.RecallTally[];
}

/** Takes a due recall up; undefined when somebody was faster. */
export async function takeRecall({ sql }: Tx, due: DueRecall): Promise<TakenRecall | undefined> {
  const [row] = await sql<
    {
      message_id: string;
      delivery_id: string | null;
      cursor: string | null;
      round_count: number;
      tally: schema.RecallTally[];
    }[]
  >`
    update recalls set wake_at = now() + make_interval(secs => ${LEASE_SECONDS})
    where tenant_id = ${toUuid("tenant", due.tenantId)} and id = ${toUuid("recall", due.recallId)} and wake_at <= now()
    returning message_id, delivery_id, cursor, round_count, tally`;
  return (
    row && {
      ...due,
      messageId: fromUuid("message", row.message_id),
      deliveryKey: row.delivery_id,
      cursor: row.cursor ?? "0",
      roundCount: row.round_count,
      tally: row.tally,
    }
  );
}

/** A delivery to take back, with what the vendor may know it by. */
export interface SentDelivery {
  id: string;
  channelId: string;
  address: string;
  sentAt: Date;
  ageSeconds: number;
  batchId: string;
  vendorIds: string[] | null;
  vendorId: string | null;
}

/**
 * What comes next of a recall: deliveries behind its cursor that the vendor has and that have no outcome yet. The
 * attempt is the one whose end accepted them, or the last that covered them.
 */
export async function listNext({ sql }: Tx, recall: TakenRecall): Promise<SentDelivery[]> {
  const tenant = toUuid("tenant", recall.tenantId);
  const rows = await sql<
    {
      id: string;
      channel_id: string;
      address: string | null;
      batch_id: string;
      started_at: Date;
      age: number;
      vendor_ids: string[] | null;
      vendor_id: string | null;
    }[]
  >`
    select d.id, k.channel_id, d.address, a.batch_id, a.started_at,
      extract(epoch from now() - coalesce(d.accepted_at, d.delivered_at))::float as age, a.vendor_ids, v.vendor_id
    from chunks k
    cross join lateral (
      select * from deliveries d where d.tenant_id = ${tenant} and d.id between k.first_id and k.last_id
        and d.id > ${recall.cursor} and ${isCandidate(sql, recall)} order by d.id limit ${READ_AT_ONCE} offset 0
    ) d
    cross join lateral (
      select a.batch_id, a.started_at, a.vendor_ids from attempts a
      where a.tenant_id = ${tenant} and a.chunk_id = k.id and d.id between a.first_id and a.last_id
      order by (a.ended_at = d.accepted_at) is true desc, a.id desc limit 1
    ) a
    left join lateral (
      select min(r.vendor_id) as vendor_id from vendor_references r
      where r.tenant_id = ${tenant} and r.channel_id = k.channel_id and r.delivery_id = d.id offset 0
    ) v on true
    where k.tenant_id = ${tenant} and k.message_id = ${toUuid("message", recall.messageId)}
      and k.last_id > ${recall.cursor}
    order by k.first_id, d.id limit ${READ_AT_ONCE}`;
  return rows.map((row) => ({
    id: row.id,
    channelId: fromUuid("channel", row.channel_id),
    address: row.address ?? "",
    sentAt: row.started_at,
    ageSeconds: row.age,
    batchId: row.batch_id,
    vendorIds: row.vendor_ids,
    vendorId: row.vendor_id,
  }));
}

/** Whether a delivery `d` is meant and still to be taken back. */
const isCandidate = (sql: Tx["sql"], { tenantId, recallId, deliveryKey }: TakenRecall) => sql`(
  d.state = any(${RECALLABLE_STATES}::text[]::delivery_state[])
  and (${deliveryKey}::bigint is null or d.id = ${deliveryKey}::bigint)
  and not exists(select from recall_outcomes o where o.tenant_id = ${toUuid("tenant", tenantId)}
    and o.delivery_id = d.id and (o.recall_id = ${toUuid("recall", recallId)} or o.outcome = 'too_late')))`;

/** Whether the message has steps that follow others. */
export async function hasFlows({ sql }: Tx, recall: TakenRecall): Promise<boolean> {
  const [row] = await sql<[{ has_flows: boolean }]>`
    select exists(select from flows where tenant_id = ${toUuid("tenant", recall.tenantId)}
      and message_id = ${toUuid("message", recall.messageId)}) as has_flows`;
  return row.has_flows;
}

/**
 * Writes down what became of some deliveries: their states, counts and outcomes, and ends their users' fallbacks. Answers
 * whose deliveries were taken back, with the step.
 */
export async function settleRecalls(
  tx: Tx,
  recall: TakenRecall,
  judged: JudgedRecall[],
): Promise<{ userId: string; afterStep: number }[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", recall.tenantId);
  const message = toUuid("message", recall.messageId);
  const moved = await sql<{ userId: string | null; afterStep: number }[]>`
    with word as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(judged)}::jsonb)
        as w(id bigint, outcome recall_outcome, code text, detail text)
    ), noted as (
      insert into recall_outcomes (tenant_id, recall_id, delivery_id, outcome, code, detail)
      select ${tenant}, ${toUuid("recall", recall.recallId)}, id, outcome, code, detail from word order by id
      on conflict do nothing
    ), target as materialized (
      select d.id from word w join deliveries d on d.tenant_id = ${tenant} and d.id = w.id
      where w.outcome = 'recalled' and d.state = any(${RECALLABLE_STATES}::text[]::delivery_state[])
      order by d.id for update of d
    ), moved as (
      update deliveries d set state = 'recalled', reason = ${REASONS.recalled}, reason_detail = null, changed_at = now()
      from target where d.tenant_id = ${tenant} and d.id = target.id
      returning d.channel_id, d.step, d.user_id, date_trunc('hour', d.created_at) as hour
    ), stopped as (
      update flows f set state = 'exhausted', wake_at = null from moved
      where f.tenant_id = ${tenant} and f.message_id = ${message} and f.user_id = moved.user_id and f.state = 'waiting'
    ), counted as (
      insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
        reason, count)
      select ${tenant}, ${message}, coalesce(m.source_id, ${NIL_UUID}), moved.channel_id,
        coalesce(v.template_id, ${NIL_UUID}), moved.step, moved.hour, 'recalled', '', count(*)
      from moved join messages m on m.tenant_id = ${tenant} and m.id = ${message}
      left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
      group by 3, 4, 5, 6, 7
    )
    select user_id as "userId", step as "afterStep" from moved`;
  const recalled = judged.flatMap(({ id, outcome }) => (outcome === "recalled" ? [id] : []));
  await recordEvents(tx, tenant, recalled);
  return moved.flatMap(({ userId, afterStep }) => (userId === null ? [] : [{ userId, afterStep }]));
}

/** Goes on at once, behind the given delivery. */
export async function proceed(
  { sql }: Tx,
  { tenantId, recallId }: TakenRecall,
  cursor: string,
  tally: schema.RecallTally[],
): Promise<void> {
  await sql`
    update recalls set cursor = ${cursor}, tally = ${JSON.stringify(tally)}::jsonb, wake_at = now()
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("recall", recallId)} and state = 'running'`;
}

/** What a recall still has to wait for: deliveries without an outcome, or a message that may yet send something. */
export async function lookAtRest(
  { sql }: Tx,
  recall: TakenRecall,
): Promise<{ openIds: string[]; isUnderWay: boolean }> {
  const open = await listNext({ sql } as Tx, { ...recall, cursor: "0" });
  if (recall.deliveryKey !== null) return { openIds: open.map(({ id }) => id), isUnderWay: false };
  const tenant = toUuid("tenant", recall.tenantId);
  const message = toUuid("message", recall.messageId);
  const [row] = await sql<[{ under_way: boolean }]>`
    select exists(select from chunks where tenant_id = ${tenant} and message_id = ${message} and state <> 'done')
      or exists(select from inquiries where tenant_id = ${tenant} and message_id = ${message} and kind = 'outcome')
      as under_way`;
  return { openIds: open.map(({ id }) => id), isUnderWay: row.under_way };
}

/** Begins the next round after a pause. */
export async function beginRound(
  { sql }: Tx,
  { tenantId, recallId }: TakenRecall,
  pauseSeconds: number,
): Promise<void> {
  await sql`
    update recalls set cursor = null, round_count = round_count + 1,
      wake_at = now() + make_interval(secs => ${pauseSeconds})
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("recall", recallId)} and state = 'running'`;
}

export async function endRecall(
  { sql }: Tx,
  { tenantId, recallId }: TakenRecall,
  tally: schema.RecallTally[],
): Promise<void> {
  await sql`
    update recalls set state = 'ended', ended_at = now(), wake_at = null, tally = ${JSON.stringify(tally)}::jsonb
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("recall", recallId)} and state = 'running'`;
}
