import { z } from "zod";
import type { Database } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import type { HintQueue } from "../../platform/queue/index.ts";
import { type Claim, claimChunks, countClaimed } from "./claim.repository.ts";

/** The queue of hints: which chunk to send. */
export const SEND_QUEUE = "send-chunk";
export const SendHint = z.object({ tenantId: z.string(), chunkId: z.string(), leaseToken: z.string() });

/** Chunks claimed at once, whatever the backlog: what a wiped queue can cost is a lease on these. */
const WINDOW = 64;
const IDLE_MS = 200;

/** Claims due chunks fairly and tells the workers about them. Any number may run. */
export function createDispatcher(deps: { dispatch: Database; queue: HintQueue<Claim> }): Loop {
  return {
    name: "dispatcher",
    idleMs: IDLE_MS,
    async run() {
      const claims = await deps.dispatch.transaction(async (tx) => {
        const room = WINDOW - (await countClaimed(tx));
        return room > 0 ? claimChunks(tx, room) : [];
      });
      // When the queue refuses, the leases give the chunks back.
      if (claims.length > 0) await deps.queue.add(claims);
      return false;
    },
  };
}
