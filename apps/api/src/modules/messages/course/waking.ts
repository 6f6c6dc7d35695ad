import { randomUUID } from "node:crypto";
import { type RequestContext, systemContext } from "../../../platform/context.ts";
import type { Database, Transact, Tx } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { endUnsent } from "../../deliveries/index.ts";
import { listWaking, lockCourse, saveCourse, type WakingMessage } from "./course.repository.ts";
import { recordExpiry } from "./record-expiry.ts";
import { type MessageState, stateWhenDue } from "./schedule.rules.ts";

export interface WakingDeps {
  dispatch: Database;
  transact: Transact;
  /** Ends the approval that a message still waits for. */
  withdrawApproval(tx: Tx, ctx: RequestContext, messageId: string): Promise<void>;
  /** A message has begun: the expander need not wait for its next round. */
  nudgeExpander(): void;
  now(): Date;
}

const MESSAGES_A_ROUND = 100;

/** Begins messages at the time they are scheduled for, and ends those whose time has run out. */
export function createWakingLoop(deps: WakingDeps): Loop {
  return {
    name: "waking",
    idleMs: 200,
    async run() {
      const waking = await deps.dispatch.transaction((tx) => listWaking(tx, MESSAGES_A_ROUND));
      const wake = async (message: WakingMessage) => {
        const state = await deps.transact(message, (tx) => wakeMessage(deps, tx, message));
        if (state === "expanding") deps.nudgeExpander();
      };
      await doForEach(waking, wake, "messages were not woken");
      return waking.length === MESSAGES_A_ROUND;
    },
  };
}

async function wakeMessage(
  deps: WakingDeps,
  tx: Tx,
  { tenantId, messageId, isPending }: WakingMessage,
): Promise<MessageState | undefined> {
  const ctx = { ...systemContext(tenantId, "scheduler", deps), requestId: `req_${randomUUID()}` };
  // Deciding locks the request first and the message afterwards; so does this.
  if (isPending) await deps.withdrawApproval(tx, ctx, messageId);
  const found = await lockCourse(tx, tenantId, messageId);
  const state = found && stateWhenDue(found, deps.now());
  if (!found || !state) return undefined;
  await saveCourse(tx, tenantId, messageId, { ...found, state, pausedFrom: null });
  if (state !== "expired") return state;
  await endUnsent(tx, tenantId, messageId, "expired");
  await recordExpiry(tx, ctx, messageId, found);
  return state;
}
