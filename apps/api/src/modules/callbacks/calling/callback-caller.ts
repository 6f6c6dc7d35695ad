import type { Clock } from "../../../platform/clock.ts";
import type { Database, Transact } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import { type Candidate, chooseTurns } from "../callback.rules.ts";
import type { CallEndpoint } from "./call-endpoint.ts";
import { listDueEndpoints } from "./calling.repository.ts";
import { createSettleCall, type Settled } from "./settle-call.ts";
import { createTakeTurn } from "./take-turn.ts";

export interface CallbackCallerDeps {
  dispatch: Database;
  /** Transactions as the worker role. */
  transact: Transact;
  callEndpoint: CallEndpoint;
  clock: Clock;
  logger: Logger;
  /** Told what became of calls. */
  report(outcome: Settled["outcome"], count: number): void;
}

export interface CallbackCaller {
  loop: Loop;
  /** Makes no further calls, and waits for those under way. */
  stop(): Promise<void>;
}

const CANDIDATES_A_ROUND = 200;

/**
 * Makes the calls that are due, many endpoints' at once: a round only begins turns, so that a receiver that hangs holds up
 * no other. May run in any number of processes, and be killed at any moment: a call that was not written down is made
 * again under the same id.
 */
export function createCallbackCaller(deps: CallbackCallerDeps): CallbackCaller {
  const { dispatch, transact, callEndpoint, clock, logger, report } = deps;
  const underWay = new Map<Candidate, Promise<void>>();
  let isStopping = false;
  const settleCall = createSettleCall({ transact, clock });
  const takeTurn = createTakeTurn({
    transact,
    callEndpoint,
    settleCall,
    report,
    isStopping: () => isStopping,
  });

  function begin(candidate: Candidate): void {
    const turn = takeTurn(candidate)
      .catch((error: unknown) => {
        const { tenantId, endpointId } = candidate;
        logger.warn({ err: error, tenantId, endpointId }, "callbacks could not be made; they will be again");
      })
      .finally(() => underWay.delete(candidate));
    underWay.set(candidate, turn);
  }

  return {
    loop: {
      name: "callback-caller",
      idleMs: 250,
      async run() {
        const due = await dispatch.transaction((tx) => listDueEndpoints(tx, CANDIDATES_A_ROUND));
        if (isStopping) return false;
        for (const candidate of chooseTurns(due, [...underWay.keys()])) begin(candidate);
        return false;
      },
    },
    async stop() {
      isStopping = true;
      await Promise.all(underWay.values());
    },
  };
}
