import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { isCancelledFor, KEPT_BACK_SECONDS } from "../deliveries/index.ts";
import type { DueMessage } from "./due-message.repository.ts";
import { type Flow, type FlowState, type Judgement, type StepDelivery, summariseStep } from "./flow.rules.ts";

/** What the flows of a message go by. */
export interface Course {
  steps: schema.PolicyStep[];
  /** Whoever had the same is left out of the steps. */
  deduplicates: boolean;
  isPaused: boolean;
}

/**
 * Finds the course of a message. A pause lasts until the transaction ends: whoever resumes the message finds the flows that
 * were kept back. Before batches are kept out and flows are locked, as a pause locks in the same order.
 */
export async function findCourse({ sql }: Tx, due: DueMessage): Promise<Course> {
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  const [row] = await sql<Course[]>`
    select v.steps, m.options ? 'deduplicateSeconds' as deduplicates, m.state = 'paused' as "isPaused" from messages m
    join policy_versions v on v.tenant_id = ${tenant} and v.id = m.policy_version_id
    where m.tenant_id = ${tenant} and m.id = ${message}`;
  if (!row?.isPaused) return row ?? { steps: [], deduplicates: false, isPaused: false };
  const paused = await sql`
    select from messages where tenant_id = ${tenant} and id = ${message} and state = 'paused' for share`;
  return { ...row, isPaused: paused.length > 0 };
}

/** One user's flow with what is known of its steps. */
export interface DueFlow extends Flow {
  userId: string;
  /** When it was found due, by the clock that wakes flows: no other may end a window. */
  dueAt: Date;
}

export interface JudgedFlow {
  flow: DueFlow;
  judgement: Judgement;
  /** It would take the next step, but its message is paused: it is judged again later, or when that goes on. */
  isKeptBack: boolean;
}

/**
 * Locks due flows of a message and looks at their steps; what another process judges is left alone. Where the message has
 * ended, or was cancelled for the user, none waits any more, whatever its row says. The deliveries are
 * read by a statement of their own: it sees every receipt that was committed before the lock was ours, and a later one
 * wakes the flow again.
 */
export async function lockDueFlows({ sql }: Tx, due: DueMessage, limit: number): Promise<DueFlow[]> {
  const tenant = toUuid("tenant", due.tenantId);
  const message = toUuid("message", due.messageId);
  const flows = await sql<{ userId: string; step: number; state: FlowState; dueAt: Date }[]>`
    select user_id as "userId", step, now() as "dueAt",
      case when state = 'waiting' and (exists(select from messages where tenant_id = ${tenant} and id = ${message}
          and messages.state in ('cancelled', 'expired'))
        or (select cancelled_user_count > 0 from messages where tenant_id = ${tenant} and id = ${message})
          and ${isCancelledFor({ sql }, tenant, sql`flows`)})
        then 'exhausted' else state end as state
    from flows
    where tenant_id = ${tenant} and message_id = ${message} and wake_at <= now()
    order by user_id limit ${limit} for update skip locked`;
  if (flows.length === 0) return [];
  const rows = await sql<(StepDelivery & { userId: string; step: number })[]>`
    select d.user_id as "userId", d.step, d.state,
      -- What was unknown until the vendor reported it has no time of acceptance: its arrival stands in.
      coalesce(d.accepted_at, d.delivered_at, case when d.state = 'unknown' then d.changed_at end) as "acceptedAt",
      d.read_at is not null or d.clicked_at is not null as "isRead"
    from unnest(${flows.map(({ userId }) => userId)}::uuid[]) as due(user_id) cross join lateral (
      select * from deliveries d where d.tenant_id = ${tenant} and d.user_id = due.user_id
        and d.message_id = ${message} offset 0
    ) d`;
  const byUser = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) byUser.set(row.userId, [...(byUser.get(row.userId) ?? []), row]);
  return flows.map((flow) => {
    const own = byUser.get(flow.userId) ?? [];
    const steps = Array.from({ length: flow.step + 1 }, (_, index) =>
      summariseStep(own.filter(({ step }) => step === index)),
    );
    return { ...flow, steps };
  });
}

/** How soon a flow is judged again whose later step could not be withdrawn or marked yet, seconds. */
const LEFT_AGAIN_SECONDS = 5;

/** Writes down what was decided; `left` are the users of whom a later step is still to be withdrawn or marked. */
export async function recordJudgements(
  { sql }: Tx,
  due: DueMessage,
  judged: readonly JudgedFlow[],
  left: ReadonlySet<string>,
): Promise<void> {
  if (judged.length === 0) return;
  const rows = judged.map(({ flow, judgement, isKeptBack }) => ({
    id: flow.userId,
    step: judgement.kind === "advance" && !isKeptBack ? flow.step + 1 : flow.step,
    state: stateAfter(flow, judgement),
    wake_at:
      (isKeptBack ? later(flow, KEPT_BACK_SECONDS) : wakeAfter(flow, judgement, left))?.toISOString() ?? null,
  }));
  await sql`
    update flows f set step = j.step, state = j.state, wake_at = j.wake_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as j(id uuid, step smallint, state flow_state, wake_at timestamptz)
    where f.tenant_id = ${toUuid("tenant", due.tenantId)} and f.message_id = ${toUuid("message", due.messageId)}
      and f.user_id = j.id`;
}

function wakeAfter(flow: DueFlow, judgement: Judgement, left: ReadonlySet<string>): Date | null {
  if (judgement.kind === "wait") return judgement.until;
  return left.has(flow.userId) ? later(flow, LEFT_AGAIN_SECONDS) : null;
}

const later = ({ dueAt }: DueFlow, seconds: number) => new Date(dueAt.getTime() + seconds * 1000);

function stateAfter(flow: Flow, judgement: Judgement): FlowState {
  if (judgement.kind === "satisfied" || judgement.kind === "exhausted") return judgement.kind;
  return hasEnded(judgement) ? flow.state : "waiting";
}

/** Whether the flow had ended before, and stays as it was. */
const hasEnded = ({ kind }: Judgement) => kind === "unchanged" || kind === "recalled";

/**
 * Has the flows of a settled batch's users judged at once; the judgement sets the timer of the next step. What is to be
 * tried again is news of an ended flow only: it has to be withdrawn.
 */
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
    where d.tenant_id = ${tenant} and d.id between ${range.firstId} and ${range.lastId}
      and (d.state <> 'ready' or f.state <> 'waiting') and f.tenant_id = ${tenant} and f.message_id = ${message}
      and f.user_id = d.user_id and f.step = ${step}`;
}
