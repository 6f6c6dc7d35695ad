import type { Database, Transact } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import type { DueFlow, DueMessage, JudgedFlows } from "./flow.repository.ts";
import * as repository from "./flow.repository.ts";
import { judgeStep } from "./flow.rules.ts";

type Tx = Parameters<Parameters<Transact>[1]>[0];

export interface FallbackDeps {
  dispatch: Database;
  transact: Transact;
  /** Makes the next step's deliveries, in the transaction that decides it. */
  expandStep(
    tx: Tx,
    due: DueMessage,
    step: { index: number; channelIds: string[]; userIds: string[] },
  ): Promise<void>;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  nudgeDispatcher(): void;
  now(): Date;
}

const MESSAGES_A_ROUND = 100;
const FLOWS_A_ROUND = 2000;

/** Judges fallback timers that have come due and takes the next step where its condition holds. */
export function createFallbackLoop(deps: FallbackDeps): Loop {
  return {
    name: "fallback",
    idleMs: 500,
    async run() {
      const due = await deps.dispatch.transaction((tx) => repository.listDueMessages(tx, MESSAGES_A_ROUND));
      let more = false;
      for (const message of due) {
        const count = await deps.transact(message, (tx) => advanceFlows(deps, tx, message));
        more ||= count === FLOWS_A_ROUND;
        await deps.afterChunk(message.tenantId, message.messageId);
      }
      if (due.length > 0) deps.nudgeDispatcher();
      return more;
    },
  };
}

/** Judges a message's due flows, step by step. Returns how many there were. */
async function advanceFlows(deps: FallbackDeps, tx: Tx, due: DueMessage): Promise<number> {
  const steps = await repository.findSteps(tx, due);
  const flows = await repository.lockDueFlows(tx, due, FLOWS_A_ROUND);
  for (const index of new Set(flows.map((flow) => flow.step))) {
    const atStep = flows.filter((flow) => flow.step === index);
    const next = steps[index + 1];
    const judged = judgeAll(atStep, next, deps.now());
    await repository.recordJudgements(tx, due, judged, steps[index + 2] === undefined);
    if (next && judged.advancing.length > 0) {
      await deps.expandStep(tx, due, {
        index: index + 1,
        channelIds: next.channelIds,
        userIds: judged.advancing,
      });
    }
  }
  return flows.length;
}

function judgeAll(
  flows: DueFlow[],
  next: { when?: "failed" | "undelivered" | "unread"; afterSeconds?: number } | undefined,
  now: Date,
): JudgedFlows {
  const judged: JudgedFlows = { satisfied: [], waiting: [], advancing: [] };
  for (const flow of flows) {
    const judgement = next
      ? judgeStep(next.when ?? "failed", next.afterSeconds ?? 0, flow, now)
      : ({ kind: "satisfied" } as const);
    if (judgement.kind === "satisfied") judged.satisfied.push(flow.userId);
    else if (judgement.kind === "advance") judged.advancing.push(flow.userId);
    else judged.waiting.push({ userId: flow.userId, until: judgement.until });
  }
  return judged;
}
