import { randomUUID } from "node:crypto";
import { type RequestContext, systemContext } from "../../../platform/context.ts";
import type { Database, Transact, Tx } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { recordAudit } from "../../audit/index.ts";
import { endUnsent } from "../../deliveries/index.ts";
import type { JudgeAgain } from "../estimate/judge-again.ts";
import type { StoredMessage } from "../estimate/stored-message.repository.ts";
import {
  type LockedCourse,
  listWaking,
  lockCourse,
  putOffWaking,
  saveCourse,
  type WakingMessage,
} from "./course.repository.ts";
import { recordExpiry } from "./record-expiry.ts";
import { type MessageState, stateWhenDue } from "./schedule.rules.ts";

export interface WakingDeps {
  dispatch: Database;
  transact: Transact;
  /** Ends the approval that a message still waits for. */
  withdrawApproval(tx: Tx, ctx: RequestContext, messageId: string): Promise<void>;
  /** Whether approval depends on what a message may cost. */
  isApprovalByCost(tx: Tx, ctx: RequestContext): Promise<boolean>;
  judgeAgain: JudgeAgain;
  /** Asks for approval; false when none is needed after all. */
  askAgain(tx: Tx, ctx: RequestContext, stored: StoredMessage): Promise<boolean>;
  /** A message has begun: the expander need not wait for its next round. */
  nudgeExpander(): void;
  now(): Date;
}

const MESSAGES_A_ROUND = 100;
const JUDGED_A_ROUND = 4;
/** After this, another process judges a message that has not begun. */
const JUDGING_MS = 60_000;

type Woken = MessageState | "to_be_judged" | undefined;

/**
 * Begins messages at the time they are scheduled for, and ends those whose time has run out. Where approval depends on
 * cost, a message that was let go without is judged again: its audience may have grown since. That takes a while, so it
 * has a loop of its own, and the other messages do not wait for it.
 */
export function createWakingLoops(deps: WakingDeps): Loop[] {
  const toJudge = new Map<string, WakingMessage>();
  return [
    {
      name: "waking",
      idleMs: 200,
      async run() {
        const waking = await deps.dispatch.transaction((tx) => listWaking(tx, MESSAGES_A_ROUND));
        const wakeOne = async (message: WakingMessage) => {
          const woken = await deps.transact(message, (tx) => wakeMessage(deps, tx, message));
          if (woken === "to_be_judged") toJudge.set(message.messageId, message);
          if (woken === "expanding") deps.nudgeExpander();
        };
        await doForEach(waking, wakeOne, "messages were not woken");
        return waking.length === MESSAGES_A_ROUND;
      },
    },
    {
      name: "judging-again",
      idleMs: 200,
      async run() {
        const messages = [...toJudge.values()].slice(0, JUDGED_A_ROUND);
        for (const { messageId } of messages) toJudge.delete(messageId);
        await doForEach(messages, (message) => beginJudged(deps, message), "messages were not judged");
        return toJudge.size > 0;
      },
    },
  ];
}

const contextOf = (deps: WakingDeps, tenantId: string): RequestContext => ({
  ...systemContext(tenantId, "scheduler", deps),
  requestId: `req_${randomUUID()}`,
});

async function wakeMessage(
  deps: WakingDeps,
  tx: Tx,
  { tenantId, messageId, isPending }: WakingMessage,
): Promise<Woken> {
  const ctx = contextOf(deps, tenantId);
  // Deciding locks the request first and the message afterwards; so does this.
  if (isPending) await deps.withdrawApproval(tx, ctx, messageId);
  const found = await lockCourse(tx, tenantId, messageId);
  const state = found && stateWhenDue(found, deps.now());
  if (!found || !state) return undefined;
  if (state === "expanding" && !found.needsApproval && (await deps.isApprovalByCost(tx, ctx))) {
    await putOffWaking(tx, tenantId, messageId, new Date(deps.now().getTime() + JUDGING_MS));
    return "to_be_judged";
  }
  await wake(tx, ctx, messageId, { found, state });
  return state;
}

async function wake(
  tx: Tx,
  ctx: RequestContext,
  messageId: string,
  { found, state }: { found: LockedCourse; state: "expanding" | "expired" },
): Promise<void> {
  await saveCourse(tx, ctx.tenantId, messageId, { ...found, state, pausedFrom: null });
  if (state !== "expired") return;
  await endUnsent(tx, ctx.tenantId, messageId, "expired");
  await recordExpiry(tx, ctx, messageId, found);
}

async function beginJudged(deps: WakingDeps, { tenantId, messageId }: WakingMessage): Promise<void> {
  const ctx = contextOf(deps, tenantId);
  const dear = await deps.judgeAgain(ctx, messageId);
  await deps.transact(ctx, async (tx) => {
    const found = await lockCourse(tx, tenantId, messageId);
    // One that another process has held for approval meanwhile ends with its request, like others that wait for one.
    const state = found?.state === "scheduled" ? stateWhenDue(found, deps.now()) : undefined;
    if (!found || !state) return;
    if (state === "expanding" && dear && (await deps.askAgain(tx, ctx, dear))) {
      await holdForApproval(tx, ctx, messageId, found);
    } else await wake(tx, ctx, messageId, { found, state });
  });
  deps.nudgeExpander();
}

/** Its time has come already, so it has none any more: it begins when it is approved. */
async function holdForApproval(
  tx: Tx,
  ctx: RequestContext,
  messageId: string,
  found: LockedCourse,
): Promise<void> {
  const held = { ...found, state: "pending_approval", scheduledAt: null, needsApproval: true } as const;
  await saveCourse(tx, ctx.tenantId, messageId, held);
  await recordAudit(tx, ctx, {
    action: "message.held_for_approval",
    subjectId: messageId,
    subjectName: found.title,
    before: { state: found.state, scheduledAt: found.scheduledAt?.toISOString() },
    after: { state: held.state, scheduledAt: null },
  });
}
