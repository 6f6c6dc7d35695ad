/** The time as the process sees it. Leases and due times use the database's `now()` instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Now, but later than a moment that was before, whatever the clock says: changes are told apart by their times. */
export const laterThan = (before: Date, now: Date): Date =>
  new Date(Math.max(now.getTime(), before.getTime() + 1));
