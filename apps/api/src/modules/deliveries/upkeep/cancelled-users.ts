import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import { endLeftOfUsers, listWithUsersLeft } from "../cancelled-users.repository.ts";

export interface CancelledUserSweepDeps {
  dispatch: Database;
  transact: Transact;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
}

const MESSAGES_A_ROUND = 100;
const USERS_AT_ONCE = 1_000;

/**
 * Ends the flows of users for whom a message was cancelled, and what comes back from batches that were under way then:
 * whoever cancels waits for nobody who holds them. Found again until nothing is left; a message of which nothing else was
 * left is ended then.
 */
export function createCancelledUserSweep(deps: CancelledUserSweepDeps): Loop {
  return {
    name: "cancelled-user-sweeper",
    idleMs: 1_000,
    async run() {
      const messages = await deps.dispatch.transaction((tx) => listWithUsersLeft(tx, MESSAGES_A_ROUND));
      let more = false;
      const end = async (message: (typeof messages)[number]) => {
        more = (await deps.transact(message, (tx) => endLeftOfUsers(tx, message, USERS_AT_ONCE))) || more;
        await deps.afterChunk(message.tenantId, message.messageId);
      };
      await doForEach(messages, end, "what was left of users was not ended");
      return more;
    },
  };
}
