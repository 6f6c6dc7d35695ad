import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { StepState } from "./flow.rules.ts";

export interface DueMessage {
  tenantId: string;
  messageId: string;
}

/** Messages with fallback timers that have come due; those of a paused message wait. Runs as the dispatcher, across tenants. */
export async function listDueMessages({ sql }: Tx, limit: number): Promise<DueMessage[]> {
  const rows = await sql<{ tenant_id: string; message_id: string }[]>`
    select distinct tenant_id, message_id from (
      select tenant_id, message_id from flows f
      where state = 'waiting' and wake_at is not null and wake_at <= now()
        and not exists(select from messages m
          where m.tenant_id = f.tenant_id and m.id = f.message_id and m.state = 'paused')
      order by wake_at limit 10000
    ) due limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.message_id),
  }));
}

export async function findSteps({ sql }: Tx, due: DueMessage): Promise<schema.PolicyStep[]> {
  const tenant = toUuid("tenant", due.tenantId);
  const [row] = await sql<{ steps: schema.PolicyStep[] }[]>`
    select v.steps from messages m
    join policy_versions v on v.tenant_id = ${tenant} and v.id = m.policy_version_id
    where m.tenant_id = ${tenant} and m.id = ${toUuid("message", due.messageId)}`;
  return row?.steps ?? [];
}

/** One user's flow with what is known of its current step. */
export interface DueFlow extends StepState {
  userId: string;
  step: number;
}

/** Locks due flows of a message and looks at their current step; another timer's flows are left alone. */
export async function lockDueFlows({ sql }: Tx, due: DueMessage, limit: number): Promise<DueFlow[]> {
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  return sql<DueFlow[]>`
    with due as materialized (
      select user_id, step from flows
      where tenant_id = ${tenant} and message_id = ${message} and state = 'waiting' and wake_at <= now()
      order by user_id limit ${limit} for update skip locked
    )
    select due.user_id as "userId", due.step,
      bool_and(d.state in ('failed', 'undelivered', 'suppressed', 'expired', 'cancelled')) as "allFailed",
      bool_or(d.state = 'ready') as "anyPending",
      bool_or(d.state = 'delivered') as "anyDelivered",
      bool_or(d.read_at is not null or d.clicked_at is not null) as "anyRead",
      max(coalesce(d.accepted_at, case when d.state = 'unknown' then d.changed_at end)) as "acceptedAt"
    from due cross join lateral (
      select * from deliveries d where d.tenant_id = ${tenant} and d.user_id = due.user_id
        and d.message_id = ${message} and d.step = due.step offset 0
    ) d
    group by 1, 2`;
}

export interface JudgedFlows {
  satisfied: string[];
  /** User ids, and when to look again; null: when something new is known. */
  waiting: { userId: string; until: Date | null }[];
  advancing: string[];
}

/** Writes down what was decided. `isLast`: no further step follows the one that is taken now. */
export async function recordJudgements(
  { sql }: Tx,
  due: DueMessage,
  judged: JudgedFlows,
  isLast: boolean,
): Promise<void> {
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  const waiting = judged.waiting.map(({ userId, until }) => ({
    id: userId,
    until: until?.toISOString() ?? null,
  }));
  await Promise.all([
    sql`update flows set state = 'satisfied', wake_at = null
      where tenant_id = ${tenant} and message_id = ${message} and user_id = any(${judged.satisfied}::uuid[])`,
    sql`update flows f set wake_at = w.until
      from jsonb_to_recordset(${JSON.stringify(waiting)}::jsonb) as w(id uuid, until timestamptz)
      where f.tenant_id = ${tenant} and f.message_id = ${message} and f.user_id = w.id`,
    sql`update flows set step = step + 1, wake_at = null,
        state = case when ${isLast} then 'exhausted' else 'waiting' end::flow_state
      where tenant_id = ${tenant} and message_id = ${message} and user_id = any(${judged.advancing}::uuid[])`,
  ]);
}

/** Has the flows of a settled batch's users judged at once; the judgement sets the timer of the next step. */
export async function wakeFlows(
  { sql }: Tx,
  due: DueMessage,
  step: number,
  range: { firstId: string; lastId: string },
): Promise<void> {
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  await sql`
    update flows f set wake_at = now()
    from deliveries d
    where d.tenant_id = ${tenant} and d.id between ${range.firstId} and ${range.lastId} and d.state <> 'ready'
      and f.tenant_id = ${tenant} and f.message_id = ${message} and f.user_id = d.user_id
      and f.step = ${step} and f.state = 'waiting'`;
}
