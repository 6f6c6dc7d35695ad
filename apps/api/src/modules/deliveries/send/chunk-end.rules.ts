import type { ChunkEnd } from "./chunk-end.repository.ts";
import type { SendingChunk } from "./open-batches.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

/** Everything of the chunk has been sent. */
export const ALL_SENT: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: true };

export const UNTOUCHED: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: false };

/** A round that the channel stopped, or that got on until the vendor asked for a pause, costs the chunk nothing. */
export const endOf = ({ found, isLimited }: SendingChunk): ChunkEnd => ({
  roundCursor: null,
  isLimited,
  pauseSeconds: found.isHeld ? 0 : found.pauseSeconds,
  isRoundCounted: !found.isHeld && !(found.isThrottled && found.hasProgressed),
});

/** A round that was stopped in the middle costs the chunk nothing, and goes on where it was. */
export const brokenOff = (work: ChunkWork, left: readonly ReadyRow[]): ChunkEnd => ({
  roundCursor: cursorBefore(work, left),
  pauseSeconds: 0,
  isRoundCounted: false,
});

const cursorBefore = (work: ChunkWork, [next]: readonly ReadyRow[]): string =>
  (BigInt(next?.[0] ?? work.nextId) - 1n).toString();
