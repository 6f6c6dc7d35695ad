import type { schema } from "@tidings/db";

/*
 * The generic cell rate algorithm, for many cells at once. `usedUntilMs` is when everything that was let through would
 * be through at exactly the rate; it may run ahead of the clock by the burst and no more, so that any `t` seconds see
 * at most `rate × t + burst` deliveries, whoever asks and in whatever order.
 */

/** The part of a second's deliveries that may go out at once: half of what a second may exceed the rate by. */
const BURST_SECONDS = 0.05;

export interface Pace {
  perSecond: number;
  usedUntilMs: number;
}

/** What may go out at once: a twentieth of a second's worth, and at least one. */
export const burstOf = (perSecond: number): number => Math.max(1, perSecond * BURST_SECONDS);

/**
 * How far it runs ahead of the clock. By more than the burst only where the rate was slower a moment ago, or the clock was
 * set back: what goes out from now on goes by the rate that holds now.
 */
function aheadOf({ perSecond, usedUntilMs }: Pace, nowMs: number): number {
  return Math.min(Math.max(0, usedUntilMs - nowMs), (burstOf(perSecond) * 1000) / perSecond);
}

/** How many deliveries may go out now. */
export function roomOf(pace: Pace, nowMs: number): number {
  const { perSecond } = pace;
  // A hair of tolerance: thousands of sums of fractions must not cost a whole delivery.
  return Math.max(0, Math.floor(burstOf(perSecond) - (aheadOf(pace, nowMs) * perSecond) / 1000 + 1e-6));
}

/** The pace after `count` deliveries were let through. After none as well: what it is too far ahead is forgotten by it. */
export function usedUntil(pace: Pace, count: number, nowMs: number): number {
  return nowMs + aheadOf(pace, nowMs) + (count * 1000) / pace.perSecond;
}

/** How long until there is room for one more; 0 when there is. */
export function waitMs(pace: Pace, nowMs: number): number {
  const { perSecond } = pace;
  return Math.max(0, aheadOf(pace, nowMs) - ((burstOf(perSecond) - 1) * 1000) / perSecond);
}

/** How long a worker waits for its turn in a paced message or channel; for longer it gives the chunk back. */
export const LONGEST_WAIT_MS = 250;
/** How long a worker may stay with a paced chunk before others get a look in. */
export const HOLD_MS = 5_000;

/** How many of its deliveries a chunk sends before it is given back: as long as it holds its place in the queue. */
export function visitOf(perSecond: number, left: number): number {
  const isWaitedFor = 1000 / perSecond <= LONGEST_WAIT_MS;
  return Math.min(left, isWaitedFor ? (perSecond * HOLD_MS) / 1000 : burstOf(perSecond));
}

/** What a rate comes to for so many deliveries. */
export const perSecondOf = (rate: schema.Rate, deliveryCount: number): number =>
  "perSecond" in rate ? rate.perSecond : Math.max(deliveryCount, 1) / (rate.overMinutes * 60);

/** What of a rate is known before it is for how many; the expander works out the rest. */
export const knownRateOf = (rate: schema.Rate | null | undefined): number | null =>
  rate && "perSecond" in rate ? rate.perSecond : null;
