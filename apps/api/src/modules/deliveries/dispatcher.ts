import { z } from "zod";
import type { Database, Tx } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import type { HintQueue } from "../../platform/queue/index.ts";
import { type Claim, claimChunks, listLanes, readInFlight } from "./claim.repository.ts";
import { FairShare, type InFlightLimits } from "./fair-share.rules.ts";

/** The queue of hints: which chunk to send. */
export const SEND_QUEUE = "send-chunk";
export const SendHint = z.object({ tenantId: z.string(), chunkId: z.string(), leaseToken: z.string() });

/** Chunks claimed at once, whatever the backlog: what a wiped queue can cost is a lease on these. */
const WINDOW = 64;
const IDLE_MS = 200;

/** One worker process sends eight chunks of 2,000 at once: a tenant alone keeps six of them, and two stay free. */
export const DEFAULT_IN_FLIGHT: InFlightLimits = { perTenant: 12_000, perChannel: 12_000 };

export interface Dispatcher extends Loop {
  /** Whether something due was left waiting for room: the end of a chunk is then worth a round. */
  isHoldingBack(): boolean;
}

/** Claims due chunks fairly and tells the workers about them. Any number may run. */
export function createDispatcher(deps: {
  dispatch: Database;
  queue: HintQueue<Claim>;
  limits?: InFlightLimits | undefined;
}): Dispatcher {
  const fairShare = new FairShare(deps.limits ?? DEFAULT_IN_FLIGHT);
  let holdingBack = false;

  async function claim(tx: Tx): Promise<Claim[]> {
    const [inFlight, lanes] = await Promise.all([readInFlight(tx), listLanes(tx, WINDOW)]);
    const room = WINDOW - inFlight.reduce((sum, { chunkCount }) => sum + chunkCount, 0);
    const choice = fairShare.choose(lanes, inFlight, room);
    holdingBack = choice.isMoreWaiting;
    return choice.chunks.length > 0 ? claimChunks(tx, choice.chunks) : [];
  }

  return {
    name: "dispatcher",
    idleMs: IDLE_MS,
    isHoldingBack: () => holdingBack,
    async run() {
      const claims = await deps.dispatch.transaction(claim);
      // When the queue refuses, the leases give the chunks back.
      if (claims.length > 0) await deps.queue.add(claims);
      return false;
    },
  };
}
