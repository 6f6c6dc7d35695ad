import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { endUsersFlows, listWithUsersFlowsLeft } from "../cancelled-users.repository.ts";

export interface CancelledUserSweepDeps {
  dispatch: Database;
  transact: Transact;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
}

const MESSAGES_A_ROUND = 100;
const USERS_AT_ONCE = 1_000;

/**
 * Ends the flows of users for whom a message was cancelled: whoever cancels waits for nobody who holds one. Found again
 * until none waits; a message of which nothing else was left is ended then.
 */
export function createCancelledUserSweep(deps: CancelledUserSweepDeps): Loop {
  return {
    name: "cancelled-user-sweeper",
    idleMs: 1_000,
    async run() {
      const messages = await deps.dispatch.transaction((tx) => listWithUsersFlowsLeft(tx, MESSAGES_A_ROUND));
      let more = false;
      const end = async (message: (typeof messages)[number]) => {
        more = (await deps.transact(message, (tx) => endUsersFlows(tx, message, USERS_AT_ONCE))) || more;
        await deps.afterChunk(message.tenantId, message.messageId);
      };
      await doForEach(messages, end, "flows of users were not ended");
      return more;
    },
  };
}
