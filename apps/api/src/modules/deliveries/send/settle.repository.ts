import { type Fragment, isOneOf, type Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { recordEvents } from "../../callbacks/index.ts";
import type { DeliveryState } from "../delivery.rules.ts";
import { mayHaveBeenSent } from "../doubt.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";
import type { Charge } from "./charges.rules.ts";
import { charging } from "./charging.repository.ts";
import type { ChunkWork } from "./send.repository.ts";

/** A delivery of the batch that did not simply succeed. `ready` means: try again in a later round. */
export interface DeliveryException {
  id: string;
  state: Extract<DeliveryState, "ready" | "failed" | "unknown">;
  reason: string;
  detail: string | null;
  /** The vendor refused it, by which it says as well that it has not taken it before. */
  isRefused?: boolean;
  /** What the vendor bills if it turns out that it took it; with `unknown`, where the channel has a price. */
  unitCount?: number;
}

/** What became of a batch's share of one chunk. */
export interface Outcome {
  work: ChunkWork;
  /** What was accepted has arrived: the host itself keeps it. */
  isAtPlace: boolean;
  attemptId: string;
  firstId: string;
  lastId: string;
  /** What of it was sent, or tried. */
  ids: string[];
  exceptions: DeliveryException[];
  /** What the vendor bills for those that it took; empty where the channel has no price. */
  charges: Charge[];
  /** Results by status, for the attempt's record. */
  counts: Record<string, number>;
  /** What the vendor may have taken. */
  doubtfulIds: string[];
  /** The vendor's ids of whole calls. */
  vendorIds: string[];
  /** The vendor's ids of single messages. */
  references: { id: string; vendorId: string }[];
}

/** Writes down how a batch ended, and tells whoever listens. */
export async function settleBatch(tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  const [any] = outcomes;
  if (!any) return;
  const tenant = toUuid("tenant", any.work.tenantId);
  // One behind the other, without waiting in between.
  await Promise.all([writeOutcomes(tx, outcomes, any), recordEvents(tx, tenant, outcomes)]);
}

/**
 * Writes down how a batch ended, once: all of it becomes `accepted` in one heap-only update, or with what has arrived at
 * once `delivered` as well, exceptions get their own state and reason, and the counts go with it in the same statement.
 */
async function writeOutcomes(tx: Tx, outcomes: readonly Outcome[], any: Outcome): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", any.work.tenantId);
  const channel = toUuid("channel", any.work.channelId);
  const shares = outcomes.map(({ work, attemptId, ids, counts, doubtfulIds, vendorIds }) => ({
    attemptId,
    counts,
    ...(doubtfulIds.length > 0 && doubtfulIds.length < ids.length && { doubtfulIds }),
    vendorIds,
    messageId: toUuid("message", work.messageId),
    sourceId: work.sourceId ? toUuid("source", work.sourceId) : NIL_UUID,
    templateId: work.templateId ?? NIL_UUID,
    step: work.step,
  }));
  const exceptions = outcomes.flatMap(({ attemptId, work, exceptions: some }) =>
    some.map((one) => ({ ...one, attemptId, chunkId: work.chunkId })),
  );
  const attemptIds = outcomes.map(({ attemptId }) => attemptId);
  const exceptionIds = exceptions.map(({ id }) => id);
  const references = outcomes.flatMap((outcome) => outcome.references);
  const isOneOfIds = sql`d.id = any(${outcomes.flatMap(({ ids }) => ids)}::bigint[])`;
  const isOfBatch = outcomes.length === 1 ? isInRange(tx, tenant, any, isOneOfIds) : isOneOfIds;
  const charged = charging(
    tx,
    any.work.channel?.price ?? null,
    outcomes.flatMap(({ charges }) => charges),
  );
  const arrival = any.isAtPlace ? sql`state = 'delivered', delivered_at = now()` : sql`state = 'accepted'`;
  const arrivals = any.isAtPlace
    ? sql`union all
      select message_id, step, hour, 'delivered', '', count(*) from accepted group by 1, 2, 3`
    : sql``;
  await sql`
    with share as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(shares)}::jsonb) as s("attemptId" bigint, counts jsonb,
        "doubtfulIds" bigint[], "vendorIds" text[], "messageId" uuid, "sourceId" uuid, "templateId" uuid, step smallint)
    ), accepted as (
      update deliveries d set ${arrival}, accepted_at = now(), changed_at = now(),
        attempt_count = attempt_count + 1, reason = null, reason_detail = null ${charged.accepted}
      where d.tenant_id = ${tenant} and ${isOfBatch} and d.state = 'ready' and d.id <> all (${exceptionIds}::bigint[])
      returning d.message_id, d.step, date_trunc('hour', d.created_at) as hour, d.unit_count, d.cost, d.currency
    ), excepted as (
      update deliveries d set changed_at = now(), attempt_count = attempt_count + 1,
        -- That this try has come to nothing says nothing of an earlier one.
        state = case when e.state = 'failed' and e."isRefused" is null
          and ${mayHaveBeenSent(tx, tenant, sql`e."chunkId"`)} then 'unknown' else e.state end,
        reason = e.reason, reason_detail = e.detail ${charged.excepted}
      from jsonb_to_recordset(${JSON.stringify(exceptions)}::jsonb)
        as e(id bigint, state delivery_state, reason text, detail text, "isRefused" boolean, "attemptId" bigint,
          "chunkId" bigint, "unitCount" smallint)
      where d.tenant_id = ${tenant} and d.id = e.id and d.id = any(${exceptionIds}::bigint[]) and d.state = 'ready'
        -- An attempt that was taken over has been settled since: whoever has the chunk now says what becomes of it.
        and exists(select from attempts a
          where a.tenant_id = ${tenant} and a.id = e."attemptId" and a.ended_at is null offset 0)
      returning d.message_id, d.step, date_trunc('hour', d.created_at) as hour, d.state, d.reason
    ), attempted as (
      update attempts a set ended_at = now(), outcome = s.counts, doubtful_ids = s."doubtfulIds",
        vendor_ids = s."vendorIds"
      from share s
      where a.tenant_id = ${tenant} and a.id = s."attemptId" and ${isOneOf(tx, sql`a.id`, attemptIds)}
    ), referenced as (
      insert into vendor_references (tenant_id, channel_id, vendor_id, delivery_id)
      select ${tenant}, ${channel}, "vendorId", id
      from jsonb_to_recordset(${JSON.stringify(references)}::jsonb) as r(id bigint, "vendorId" text)
      on conflict do nothing
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, c.message_id, m."sourceId", ${channel}, m."templateId", c.step, c.hour, c.measure, c.reason,
      c.amount
    from (
      select message_id, step, hour, 'submitted'::statistics_measure as measure, '' as reason, count(*) as amount
      from accepted group by 1, 2, 3
      ${arrivals}
      ${charged.counts}
      union all
      select message_id, step, hour, case state when 'failed' then 'failed' else 'unknown' end::statistics_measure,
        case state when 'failed' then reason else '' end, count(*)
      from excepted where state <> 'ready' group by 1, 2, 3, 4, 5
    ) c
    join (select distinct on ("messageId", step) * from share order by "messageId", step) m
      on m."messageId" = c.message_id and m.step = c.step`;
}

/**
 * Whether delivery `d` was in the batch, by its range, which is read in half the time that single rows take. Of what
 * stands in between something may have become ready since, but not as long as the attempt is open.
 */
function isInRange(
  { sql }: Tx,
  tenant: string,
  { attemptId, firstId, lastId, ids }: Outcome,
  isOneOfIds: Fragment,
): Fragment {
  const isInside = sql`d.id between ${firstId} and ${lastId}`;
  if (BigInt(lastId) - BigInt(firstId) + 1n === BigInt(ids.length)) return isInside;
  return sql`${isInside} and (${isOneOfIds} or exists(
    select from attempts where tenant_id = ${tenant} and id = ${attemptId} and ended_at is null))`;
}

/**
 * Fails everything of the chunk that is still to be sent, for a reason that holds for all of it. What the vendor may have
 * already is `unknown`.
 */
export async function failChunk(tx: Tx, work: ChunkWork, reason: string): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  await sql`
    with failed as (
      update deliveries d set changed_at = now(), reason = ${reason},
        state = case when ${mayHaveBeenSent(tx, tenant, sql`${work.chunkId}`)} then 'unknown' else 'failed'
          end::delivery_state
      where d.tenant_id = ${tenant} and d.id between ${work.firstId} and ${work.lastId} and d.state = 'ready'
      returning d.state
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${toUuid("message", work.messageId)}, ${work.sourceId ? toUuid("source", work.sourceId) : NIL_UUID},
      ${toUuid("channel", work.channelId)}, ${work.templateId ?? NIL_UUID}, ${work.step}, ${work.hour},
      state::text::statistics_measure, case state when 'failed' then ${reason} else '' end, count(*)
    from failed group by state`;
  await recordEvents(tx, tenant, [work]);
}
