/** The time as the process sees it. Leases and due times use the database's `now()` instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
