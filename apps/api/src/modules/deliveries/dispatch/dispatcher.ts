import { z } from "zod";
import type { Database, Tx } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import type { HintQueue } from "../../../platform/queue/index.ts";
import { type ClaimedChunk, claimChunks, listLanes, readInFlight } from "./claim.repository.ts";
import type { DirectSender } from "./direct-sender.ts";
import { FairShare, type InFlightLimits } from "./fair-share.rules.ts";

/** The queue of hints: which chunks to send. */
export const SEND_QUEUE = "send-chunks";
export const SendHint = z.object({
  claims: z.array(
    z.object({ tenantId: z.string(), channelId: z.string(), chunkId: z.string(), leaseToken: z.string() }),
  ),
});
export type SendHint = z.infer<typeof SendHint>;

/** Chunks claimed at once, whatever the backlog: what a wiped queue can cost is a lease on these. */
const WINDOW = 1_024;
/** Deliveries and chunks that one hint is for at most; a larger chunk has a hint of its own. */
const HINT_DELIVERIES = 500;
const HINT_CHUNKS = 100;
const IDLE_MS = 200;

/** A worker process follows 64 hints at once: six large chunks of a tenant leave most of them to others. */
export const DEFAULT_IN_FLIGHT: InFlightLimits = { perTenant: 12_000, perChannel: 12_000, inAll: 128_000 };

export interface Dispatcher extends Loop {
  /** Whether something due was left waiting for room: the end of a chunk is then worth a round. */
  isHoldingBack(): boolean;
}

export interface DispatcherDeps {
  dispatch: Database;
  queue: HintQueue<SendHint>;
  limits?: InFlightLimits | undefined;
  /** While hints do not get through, chunks are claimed for this process alone, as many as it has room for. */
  withoutHints?: { isDegraded(): boolean; direct: Pick<DirectSender, "room" | "send"> };
}

/** Claims due chunks fairly and tells the workers about them. Any number may run. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const fairShare = new FairShare(deps.limits ?? DEFAULT_IN_FLIGHT);
  let holdingBack = false;

  async function claim(tx: Tx, most: number): Promise<ClaimedChunk[]> {
    const [inFlight, lanes] = await Promise.all([readInFlight(tx), listLanes(tx, WINDOW)]);
    const room = WINDOW - inFlight.reduce((sum, { chunkCount }) => sum + chunkCount, 0);
    const choice = fairShare.choose(lanes, inFlight, Math.min(room, most));
    holdingBack = choice.isMoreWaiting;
    return choice.chunks.length > 0 ? claimChunks(tx, choice.chunks) : [];
  }

  return {
    name: "dispatcher",
    idleMs: IDLE_MS,
    isHoldingBack: () => holdingBack,
    async run() {
      const { withoutHints } = deps;
      const direct = withoutHints?.isDegraded() ? withoutHints.direct : undefined;
      const claims = await deps.dispatch.transaction((tx) => claim(tx, direct?.room() ?? WINDOW));
      if (direct) direct.send(claims);
      // When the queue refuses, the leases give the chunks back.
      else if (claims.length > 0) await deps.queue.add(hintsFor(claims));
      return false;
    },
  };
}

/** Small chunks share a hint, in the order in which they were chosen. */
function hintsFor(claims: readonly ClaimedChunk[]): SendHint[] {
  const hints: SendHint[] = [];
  let room = 0;
  for (const { deliveryCount, ...claim } of claims) {
    const hint = hints.at(-1);
    if (hint && deliveryCount <= room && hint.claims.length < HINT_CHUNKS) {
      hint.claims.push(claim);
      room -= deliveryCount;
    } else {
      hints.push({ claims: [claim] });
      room = HINT_DELIVERIES - deliveryCount;
    }
  }
  return hints;
}
