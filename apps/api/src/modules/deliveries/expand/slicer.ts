import type { Database } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import { endRound, type Loop } from "../../../platform/loops.ts";
import type { TakeTurn } from "./expand-turn.ts";
import { listSliced, listSlicedTenants, type MessageRef } from "./expanding.repository.ts";
import { createExpectations, type Expectations, LOOK_MS } from "./expectations.ts";
import { listFailed } from "./failing.repository.ts";
import { inTurns } from "./in-turns.rules.ts";

const TENANTS_A_ROUND = 1_000;
/** Of each tenant. */
const MESSAGES_A_ROUND = 20;
/** Over all tenants. */
const TRIED_AGAIN_A_ROUND = 20;
/** How long slices are made before it is looked anew who has some to make, ms. */
const SLICING_MS = 250;

export interface SlicerDeps {
  dispatch: Database;
  takeTurn: TakeTurn;
  logger: Pick<Logger, "warn">;
}

export type Slicer = Loop & Pick<Expectations, "expect">;

/**
 * Makes the deliveries of large audiences slice by slice, with the cursor in the slice's transaction: a crash repeats at
 * most the slices that had not committed, and sending starts after the first. Where there are several messages, each has
 * its turn; one that is alone goes on. What waits for others that say the same, what waits for its rate, and what has failed
 * has its turn here too.
 */
export function createSlicer({ dispatch, takeTurn, logger }: SlicerDeps, slicingMs = SLICING_MS): Slicer {
  const expectations = createExpectations();
  /** The tenant whose slice was made last. */
  let lastTenantId = "";

  /** The messages whose turn it is, each group a tenant's. */
  const findWork = (): Promise<MessageRef[][]> =>
    dispatch.transaction(async (tx) => {
      const expected = expectations.take();
      if (expected) return listSliced(tx, expected, MESSAGES_A_ROUND);
      const failed = await listFailed(tx, TRIED_AGAIN_A_ROUND);
      const sliced = await listSliced(tx, await listSlicedTenants(tx, TENANTS_A_ROUND), MESSAGES_A_ROUND);
      return [...failed.map((message) => [message]), ...sliced];
    });

  return {
    name: "slicer",
    idleMs: LOOK_MS,
    expect: expectations.expect,
    async run() {
      const messages = inTurns(await findWork(), lastTenantId);
      const until = performance.now() + slicingMs;
      const isTime = () => performance.now() < until;
      const mayGoOn = () => messages.length === 1 && isTime();
      const failures: unknown[] = [];
      let isMore = false;
      for (const message of messages) {
        if (!isTime()) {
          isMore = true;
          break;
        }
        lastTenantId = message.tenantId;
        const isMade = await takeTurn(message, mayGoOn).catch((failure) => void failures.push(failure));
        isMore ||= isMade === true;
      }
      return endRound({ isMore, failures }, "slicer", "slices were not made", logger);
    },
  };
}
