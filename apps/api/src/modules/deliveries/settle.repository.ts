import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import type { DeliveryState } from "./delivery.rules.ts";
import { NIL_UUID } from "./expansion.repository.ts";
import type { ChunkWork } from "./send.repository.ts";

/** A delivery of the batch that did not simply succeed. `ready` means: try again in a later round. */
export interface DeliveryException {
  id: string;
  state: Extract<DeliveryState, "ready" | "failed" | "unknown">;
  reason: string;
  detail: string | null;
}

/** What became of one batch. */
export interface BatchOutcome {
  attemptId: string;
  firstId: string;
  lastId: string;
  exceptions: DeliveryException[];
  /** Results by status, for the attempt's record. */
  counts: Record<string, number>;
  /** The vendor's ids of whole calls. */
  vendorIds: string[];
  /** The vendor's ids of single messages. */
  references: { id: string; vendorId: string }[];
}

/**
 * Writes down how a batch ended, once: the range becomes `accepted` in one heap-only update, exceptions get their
 * own state and reason, and the counts go with it in the same statement.
 */
export async function settleBatch(tx: Tx, work: ChunkWork, outcome: BatchOutcome): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const channel = toUuid("channel", work.channelId);
  const exceptionIds = outcome.exceptions.map(({ id }) => id);
  const exceptions = outcome.exceptions.map(({ id, state, reason, detail }) => ({
    id,
    state,
    reason,
    detail,
  }));
  await sql`
    with accepted as (
      update deliveries set state = 'accepted', accepted_at = now(), changed_at = now(),
        attempt_count = attempt_count + 1, reason = null, reason_detail = null
      where tenant_id = ${tenant} and id between ${outcome.firstId} and ${outcome.lastId}
        and state = 'ready' and id <> all (${exceptionIds}::bigint[])
      returning 1
    ), excepted as (
      update deliveries d set state = e.state, changed_at = now(), attempt_count = attempt_count + 1,
        reason = e.reason, reason_detail = e.detail
      from jsonb_to_recordset(${JSON.stringify(exceptions)}::jsonb)
        as e(id bigint, state delivery_state, reason text, detail text)
      where d.tenant_id = ${tenant} and d.id = e.id and d.state = 'ready'
        -- That it may have been sent is no news of an attempt that was taken over: it has been settled since.
        and (e.state <> 'unknown' or exists(select from attempts a
          where a.tenant_id = ${tenant} and a.id = ${outcome.attemptId} and a.ended_at is null))
      returning e.state, e.reason
    ), attempted as (
      update attempts set ended_at = now(), outcome = ${JSON.stringify(outcome.counts)}::jsonb,
        vendor_ids = ${outcome.vendorIds}::text[]
      where tenant_id = ${tenant} and id = ${outcome.attemptId}
    ), referenced as (
      insert into vendor_references (tenant_id, channel_id, vendor_id, delivery_id)
      select ${tenant}, ${channel}, "vendorId", id
      from jsonb_to_recordset(${JSON.stringify(outcome.references)}::jsonb) as r(id bigint, "vendorId" text)
      on conflict do nothing
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${toUuid("message", work.messageId)}, ${work.sourceId ? toUuid("source", work.sourceId) : NIL_UUID},
      ${channel}, ${work.templateId ?? NIL_UUID}, ${work.step}, ${work.hour}, measure, reason, amount
    from (
      select 'submitted'::statistics_measure as measure, '' as reason, count(*) as amount from accepted
      union all
      select case state when 'failed' then 'failed' else 'unknown' end::statistics_measure,
        case state when 'failed' then reason else '' end, count(*)
      from excepted where state <> 'ready' group by 1, 2
    ) counted where amount > 0`;
}

/** Fails everything of the chunk that is still to be sent, for a reason that holds for all of it. */
export async function failChunk(tx: Tx, work: ChunkWork, reason: string): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  await sql`
    with failed as (
      update deliveries set state = 'failed', changed_at = now(), reason = ${reason}
      where tenant_id = ${tenant} and id between ${work.firstId} and ${work.lastId} and state = 'ready'
      returning 1
    )
    insert into statistics_deltas (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure,
      reason, count)
    select ${tenant}, ${toUuid("message", work.messageId)}, ${work.sourceId ? toUuid("source", work.sourceId) : NIL_UUID},
      ${toUuid("channel", work.channelId)}, ${work.templateId ?? NIL_UUID}, ${work.step}, ${work.hour}, 'failed',
      ${reason}, amount
    from (select count(*) as amount from failed) counted where amount > 0`;
}
