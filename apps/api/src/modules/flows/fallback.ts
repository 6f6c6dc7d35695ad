import type { Database, Transact } from "../../platform/database/index.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Loop } from "../../platform/loops.ts";
import { markWasted, REASONS, withdrawSteps } from "../deliveries/index.ts";
import { DUE_LIMITS, type DueMessage, type DuePlace, listDueMessages } from "./due-message.repository.ts";
import type { Course, JudgedFlow } from "./flow.repository.ts";
import * as repository from "./flow.repository.ts";
import { hasToWithdraw, judgeFlow } from "./flow.rules.ts";

type Tx = Parameters<Parameters<Transact>[1]>[0];

export interface FallbackDeps {
  dispatch: Database;
  transact: Transact;
  /** Makes the next step's deliveries, in the transaction that decides it. */
  expandStep(
    tx: Tx,
    due: DueMessage,
    step: { index: number; channelIds: string[]; userIds: string[]; deduplicates: boolean },
  ): Promise<void>;
  /** Keeps batches of the message from being opened until the transaction ends. */
  holdBatches(tx: Tx, messageId: string): Promise<void>;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  nudgeDispatcher(): void;
  logger: Logger;
}

const FLOWS_A_ROUND = 2000;
/** What each message gets of a round, however many there are. */
const FEWEST_FLOWS = 100;

/**
 * Judges flows that have come due and takes the next step where its condition holds. Goes through what is due from the
 * oldest on, and shares each round out among messages: a large one, or one that fails, must not keep the others waiting.
 */
export function createFallbackLoop(deps: FallbackDeps, limits = DUE_LIMITS): Loop {
  let after: DuePlace | undefined;

  return {
    name: "fallback",
    idleMs: 500,
    async run() {
      const found = await deps.dispatch.transaction((tx) => listDueMessages(tx, after, limits));
      after = found.goOnAfter;
      const share = Math.max(FEWEST_FLOWS, Math.floor(FLOWS_A_ROUND / found.due.length));
      let more = after !== undefined;
      for (const message of found.due) more = (await tryToAdvance(deps, message, share)) || more;
      if (found.due.length > 0) deps.nudgeDispatcher();
      return more;
    },
  };
}

/** True when there may be more of the message. One that fails is found due again. */
async function tryToAdvance(deps: FallbackDeps, due: DueMessage, share: number): Promise<boolean> {
  try {
    const more = await advanceMessage(deps, due, share);
    await deps.afterChunk(due.tenantId, due.messageId);
    return more;
  } catch (error) {
    deps.logger.warn({ err: error, ...due }, "a message's flows could not be judged");
    return false;
  }
}

/**
 * Judges a message's due flows; true when there may be more. To withdraw a step, batches have to be kept out, and that
 * before any flow is locked: a cancellation of the message locks in the same order. So these flows are judged again, in
 * a transaction of their own.
 */
async function advanceMessage(deps: FallbackDeps, due: DueMessage, share: number): Promise<boolean> {
  const first = await deps.transact(due, async (tx) =>
    advanceFlows(deps, tx, due, { course: await repository.findCourse(tx, due), share, mayWithdraw: false }),
  );
  if (first.left === 0) return first.count === share;
  await deps.transact(due, async (tx) => {
    const course = await repository.findCourse(tx, due);
    await deps.holdBatches(tx, due.messageId);
    await advanceFlows(deps, tx, due, { course, share, mayWithdraw: true });
  });
  return first.count === share;
}

/** Returns how many flows were due, and how many were left because batches are not kept out. */
async function advanceFlows(
  deps: FallbackDeps,
  tx: Tx,
  due: DueMessage,
  { course, share, mayWithdraw }: { course: Course; share: number; mayWithdraw: boolean },
): Promise<{ count: number; left: number }> {
  const { steps: policy, deduplicates } = course;
  const flows = await repository.lockDueFlows(tx, due, share);
  const judged = flows.map((flow): JudgedFlow => {
    const judgement = judgeFlow(policy, flow, flow.dueAt);
    return { flow, judgement, isKeptBack: course.isPaused && judgement.kind === "advance" };
  });
  const withdrawing = judged.filter(({ flow, judgement }) => hasToWithdraw(flow, judgement));
  const recorded = mayWithdraw ? judged : judged.filter((one) => !withdrawing.includes(one));
  const isWithdrawing = mayWithdraw && withdrawing.length > 0;
  const left = isWithdrawing ? await withdrawSteps(tx, due, withdrawing.flatMap(laterSteps)) : [];
  const wasted = recorded.flatMap(wastedSteps);
  const unmarked = wasted.length > 0 ? await markWasted(tx, due, wasted) : [];
  await repository.recordJudgements(tx, due, recorded, new Set([...left, ...unmarked]));
  for (const [step, users] of advancing(recorded)) {
    const channelIds = policy[step]?.channelIds ?? [];
    await deps.expandStep(tx, due, { index: step, channelIds, userIds: users, deduplicates });
  }
  return { count: flows.length, left: mayWithdraw ? 0 : withdrawing.length };
}

function laterSteps({ flow, judgement }: JudgedFlow) {
  if (!("by" in judgement)) return [];
  const reason = judgement.kind === "satisfied" ? REASONS.reachedEarlier : REASONS.cancelled;
  return [{ userId: flow.userId, afterStep: judgement.by, reason }];
}

const wastedSteps = ({ flow, judgement }: JudgedFlow) =>
  judgement.kind === "satisfied" && judgement.wastedCount > 0
    ? [{ userId: flow.userId, afterStep: judgement.by }]
    : [];

/** The users that take a step, by the index of that step. */
function advancing(judged: readonly JudgedFlow[]): Map<number, string[]> {
  const users = new Map<number, string[]>();
  for (const { flow, judgement, isKeptBack } of judged) {
    if (judgement.kind !== "advance" || isKeptBack) continue;
    const those = users.get(flow.step + 1) ?? [];
    those.push(flow.userId);
    users.set(flow.step + 1, those);
  }
  return users;
}
