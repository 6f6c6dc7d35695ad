import { tooManyRequests } from "../../platform/errors.ts";

export interface ThrottleOptions {
  /** Requests a second, in the long run. */
  perSecond: number;
  /** Requests that may come at once after a rest. */
  burst: number;
  /** Milliseconds on a clock that nobody sets. */
  monotonicMs: () => number;
}

export const DEFAULT_THROTTLE = { perSecond: 5, burst: 60, monotonicMs: () => performance.now() };

const MAX_USERS = 50_000;

/** Holds each user to a rate, in this process's memory. */
export function createUserThrottle({ perSecond, burst, monotonicMs }: ThrottleOptions) {
  const gapMs = 1000 / perSecond;
  /** When each will have rested, in the order of last use. */
  const restedAt = new Map<string, number>();

  return {
    /** Counts a request; throws 429 when the user has to wait. */
    pass(user: string): void {
      const nowMs = monotonicMs();
      const restedMs = Math.max(restedAt.get(user) ?? nowMs, nowMs) + gapMs;
      const waitMs = restedMs - nowMs - burst * gapMs;
      if (waitMs > 0) throw tooManyFor(Math.ceil(waitMs / 1000));
      restedAt.delete(user);
      restedAt.set(user, restedMs);
      const oldest = restedAt.keys().next();
      if (restedAt.size > MAX_USERS && !oldest.done) restedAt.delete(oldest.value);
    },
  };
}

export type UserThrottle = ReturnType<typeof createUserThrottle>;

const tooManyFor = (seconds: number) =>
  tooManyRequests(`Too many requests for this user; try again in ${seconds} seconds.`, {
    headers: { "retry-after": String(seconds) },
  });
