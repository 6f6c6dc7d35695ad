import type { Clock } from "../../platform/clock.ts";

/** Requests that one address of a caller may make in a minute; a provider calls for many of its customers. */
export const VISITS_A_MINUTE = 120;
const MINUTE_MS = 60_000;
const MAX_ENTRIES = 10_000;

/** Counts requests by the address of their caller, in this process's memory. */
export function createVisitThrottle(clock: Clock) {
  let minute = 0;
  let counts = new Map<string, number>();

  /** False when there were too many in this minute. An empty address, of a call without a socket, is not counted. */
  return function admit(ipAddress: string): boolean {
    const now = Math.floor(clock.now().getTime() / MINUTE_MS);
    if (now !== minute || counts.size >= MAX_ENTRIES) {
      minute = now;
      counts = new Map();
    }
    if (ipAddress === "") return true;
    const count = (counts.get(ipAddress) ?? 0) + 1;
    counts.set(ipAddress, count);
    return count <= VISITS_A_MINUTE;
  };
}

export type VisitThrottle = ReturnType<typeof createVisitThrottle>;
