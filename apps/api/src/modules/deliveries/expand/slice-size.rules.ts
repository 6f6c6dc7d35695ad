/*
 * How large slices are. Each is made in one transaction and has to end well within its limits.
 */

/**
 * Users or lines that one slice of a large audience covers: large enough that its transaction costs nothing per user,
 * small enough that it ends well within its deadline on a busy machine. The ids for one channel fit into one block of the
 * sequence.
 */
export const SLICE_SIZE = 20_000;
/**
 * Deliveries of a slice where caps are counted: each of its statements counts anew, and what else the tenant sends waits
 * until it has committed.
 */
const CAPPED_DELIVERIES = 20_000;
/** No slice is made smaller than that because one failed. */
const SMALLEST_SLICE = 500;

export interface SliceNeeds {
  /** What the slice has if nothing is against it. */
  most: number;
  channelCount: number;
  isCapped: boolean;
  /** How often slices of this message turned out to be too large. */
  halvings: number;
}

/** How many users or lines the next slice has. */
export function sliceSizeOf({ most, channelCount, isCapped, halvings }: SliceNeeds): number {
  const size = isCapped ? Math.min(most, Math.floor(CAPPED_DELIVERIES / Math.max(1, channelCount))) : most;
  return Math.min(size, Math.max(SMALLEST_SLICE, Math.floor(size / 2 ** halvings)));
}
