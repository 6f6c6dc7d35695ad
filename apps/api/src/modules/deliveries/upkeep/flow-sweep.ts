import type { Database, Transact } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import {
  type EndedMessage,
  endFlows,
  leaveNothing,
  listWithFlowsLeft,
  takeWithFlowsLeft,
} from "../ended-flows.repository.ts";
import { NIL_UUID } from "../expand/expansion.repository.ts";

const MESSAGES_A_ROUND = 20;
const FLOWS_AT_ONCE = 10_000;

/** Where a walk through a message's flows goes on. */
interface Walk {
  afterUserId: string;
  /** Some that others held are behind: it has to be gone again. */
  hasPassedHeld: boolean;
}

const FROM_THE_START: Walk = { afterUserId: NIL_UUID, hasPassedHeld: false };

/**
 * Ends the flows of cancelled and expired messages, a slice of each message a round. A walk that a crash breaks off is
 * begun anew: the message is found until a walk has passed no flow that waits. No flow of an ended message is made, or
 * waits again.
 */
export function createFlowSweep(
  deps: { dispatch: Database; transact: Transact },
  flowsAtOnce = FLOWS_AT_ONCE,
): Loop {
  let walks = new Map<string, Walk>();

  /** Undefined when there is nothing to go on with. */
  function goOn(message: EndedMessage, walk: Walk): Promise<Walk | undefined> {
    return deps.transact(message, async (tx) => {
      if (!(await takeWithFlowsLeft(tx, message))) return undefined;
      const { lastUserId, heldCount } = await endFlows(tx, message, walk.afterUserId, flowsAtOnce);
      const hasPassedHeld = walk.hasPassedHeld || heldCount > 0;
      if (lastUserId !== undefined) return { afterUserId: lastUserId, hasPassedHeld };
      if (hasPassedHeld) return FROM_THE_START;
      await leaveNothing(tx, message);
      return undefined;
    });
  }

  return {
    name: "flow-sweeper",
    idleMs: 1_000,
    async run() {
      const messages = await deps.dispatch.transaction((tx) => listWithFlowsLeft(tx, MESSAGES_A_ROUND));
      const further = new Map<string, Walk>();
      const failures: unknown[] = [];
      for (const message of messages) {
        const walk = walks.get(message.messageId) ?? FROM_THE_START;
        const next = await goOn(message, walk).catch((error) => void failures.push(error));
        if (next) further.set(message.messageId, next);
      }
      walks = further;
      if (failures.length > 0) throw new AggregateError(failures, "flows were not ended");
      // What others hold is let go of during the pause.
      return [...further.values()].some((walk) => walk !== FROM_THE_START);
    },
  };
}
