import { z } from "zod";
import { commitWithoutWaiting, type Database, type Tx } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import type { HintQueue } from "../../../platform/queue/index.ts";
import { type ClaimedChunk, claimChunks, listLanes, readInFlight } from "./claim.repository.ts";
import { OWN_DELIVERIES } from "./claims.rules.ts";
import type { DirectSender } from "./direct-sender.ts";
import { FairShare, type InFlightLimits, type Newcomer } from "./fair-share.rules.ts";

/** The queue of hints: which chunks to send. */
export const SEND_QUEUE = "send-chunks";
export const SendHint = z.object({
  claims: z.array(
    z.object({ tenantId: z.string(), channelId: z.string(), chunkId: z.string(), leaseToken: z.string() }),
  ),
});
export type SendHint = z.infer<typeof SendHint>;

/** Chunks that are looked at and claimed in one round, whatever the backlog. */
const CHUNKS_A_ROUND = 1_024;
/** Deliveries and chunks that one hint is for at most; a larger chunk has a hint of its own. */
const HINT_DELIVERIES = 500;
const HINT_CHUNKS = 100;
const IDLE_MS = 200;

/** A worker process follows 64 hints at once: six large chunks of a tenant leave most of them to others. */
export const DEFAULT_IN_FLIGHT: InFlightLimits = { perTenant: 12_000, perChannel: 12_000, inAll: 128_000 };

export interface Dispatcher extends Loop {
  /** Whether something due was left waiting for room: the end of a chunk is then worth a round. */
  isHoldingBack(): boolean;
  /**
   * Takes room for what is small and may be begun where it is made, because nobody waits; false when it has to wait for its
   * turn like everybody. What other processes let through since the last round is not known here.
   */
  letThrough(newcomer: Newcomer): boolean;
}

export interface DispatcherDeps {
  dispatch: Database;
  queue: HintQueue<SendHint>;
  limits?: InFlightLimits | undefined;
  /** Sends in this process, without hints. */
  direct: Pick<DirectSender, "room" | "send">;
  /** Whether this process has time for large chunks too, or others should have them. */
  hasTime(): boolean;
  /** While hints do not get through, chunks are claimed for this process alone, as many as it has room for. */
  isDegraded(): boolean;
}

/** Claims due chunks fairly, and sends them or tells the workers about them. Any number may run. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const fairShare = new FairShare(deps.limits ?? DEFAULT_IN_FLIGHT);
  let holdingBack = false;

  async function claim(tx: Tx, most: number): Promise<ClaimedChunk[]> {
    const [inFlight, lanes] = await Promise.all([
      readInFlight(tx),
      listLanes(tx, CHUNKS_A_ROUND),
      commitWithoutWaiting(tx),
    ]);
    const choice = fairShare.choose(lanes, inFlight, most);
    holdingBack = choice.isMoreWaiting;
    return choice.chunks.length > 0 ? claimChunks(tx, choice.chunks) : [];
  }

  /** Hint by hint: chunks that are sent together end together, and large ones of a channel would keep others waiting. */
  function sendFromHere(hints: readonly SendHint[]): void {
    for (const { claims } of hints) deps.direct.send(claims);
  }

  /** Sends from here what there is time for, and what is small; the rest goes to whoever has time. */
  async function handOut(claims: readonly ClaimedChunk[]): Promise<void> {
    const isOwn = takeOwn(deps.direct.room(), deps.hasTime() ? Number.POSITIVE_INFINITY : OWN_DELIVERIES);
    const hints = hintsFor(claims);
    const own = hints.filter(isOwn);
    const others = hints.filter((hint) => !own.includes(hint));
    sendFromHere(own);
    // When the queue refuses, the leases give the chunks back.
    if (others.length > 0) await deps.queue.add(others.map((hint) => ({ claims: hint.claims })));
  }

  return {
    name: "dispatcher",
    idleMs: IDLE_MS,
    isHoldingBack: () => holdingBack,
    letThrough(newcomer) {
      const { channelIds, deliveriesEach } = newcomer;
      const isSmall = channelIds.length * deliveriesEach <= OWN_DELIVERIES;
      return isSmall && channelIds.length <= deps.direct.room() && fairShare.letThrough(newcomer);
    },
    async run() {
      const most = deps.isDegraded() ? deps.direct.room() : CHUNKS_A_ROUND;
      const claims = await deps.dispatch.transaction((tx) => claim(tx, most));
      if (deps.isDegraded()) sendFromHere(hintsFor(claims));
      else await handOut(claims);
      return false;
    },
  };
}

/** A hint, and for how much it is. */
interface SizedHint extends SendHint {
  deliveryCount: number;
}

/** Small chunks share a hint, in the order in which they were chosen. */
function hintsFor(claims: readonly ClaimedChunk[]): SizedHint[] {
  const hints: SizedHint[] = [];
  for (const { deliveryCount, ...claim } of claims) {
    const last = hints.at(-1);
    const total = (last?.deliveryCount ?? 0) + deliveryCount;
    if (last && total <= HINT_DELIVERIES && last.claims.length < HINT_CHUNKS) {
      last.claims.push(claim);
      last.deliveryCount = total;
    } else hints.push({ claims: [claim], deliveryCount });
  }
  return hints;
}

/** Says of one hint after the other whether it is sent from here. */
function takeOwn(room: number, most: number): (hint: SizedHint) => boolean {
  let taken = 0;
  return ({ deliveryCount }) => deliveryCount <= most && taken++ < room;
}
