import type { ChunkEnd } from "./chunk-end.repository.ts";
import type { SendingChunk } from "./open-batches.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

/** Everything of the chunk has been sent. */
export const ALL_SENT: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: true };

/** The round has nothing to send any more. */
export const NOTHING_LEFT: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: false };

/** Nothing was tried: the round goes on where it was. */
export const untouched = ({ firstId, nextId }: ChunkWork): ChunkEnd => ({
  roundCursor: nextId === firstId ? null : before(nextId),
  pauseSeconds: 0,
  isRoundCounted: false,
});

/**
 * A round that the channel stopped, or that got on until the vendor asked for a pause, costs the chunk nothing. One in
 * which the vendor only asked for pauses goes on with those who have not been tried: each of them has as many tries.
 */
export function endOf({ work, left, found, isLimited }: SendingChunk): ChunkEnd {
  const isOnlyThrottled = found.isThrottled && !found.hasProgressed && !found.isHeld;
  if (isOnlyThrottled && left.length > 0) return brokenOff(work, left);
  return {
    roundCursor: null,
    isLimited,
    pauseSeconds: found.isHeld ? 0 : found.pauseSeconds,
    isRoundCounted: !found.isHeld && !(found.isThrottled && found.hasProgressed),
  };
}

/** A round that was stopped in the middle costs the chunk nothing, and goes on where it was. */
export const brokenOff = (work: ChunkWork, left: readonly ReadyRow[]): ChunkEnd => ({
  roundCursor: cursorBefore(work, left),
  pauseSeconds: 0,
  isRoundCounted: false,
});

const cursorBefore = (work: ChunkWork, [next]: readonly ReadyRow[]): string =>
  before(next?.[0] ?? work.nextId);

const before = (id: string): string => (BigInt(id) - 1n).toString();
