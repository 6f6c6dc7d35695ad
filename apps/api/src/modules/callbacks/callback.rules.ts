/** What a source can be told of its deliveries; each at most once for a delivery and endpoint. */
export const EVENT_TYPES = [
  "accepted",
  "delivered",
  "undelivered",
  "read",
  "clicked",
  "failed",
  "unknown",
  "suppressed",
  "cancelled",
  "expired",
  "recalled",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Endpoints of one source. */
export const MAX_ENDPOINTS = 5;
/** Events in one call. */
export const MAX_EVENTS = 200;
/** How long events wait for others to be told with them, ms. */
export const GATHER_MS = 1_000;
/** How long a receiver may take to answer, ms. */
export const CALL_TIMEOUT_MS = 15_000;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Pauses between the tries of a call; the last repeats until a day is over. */
export const RETRY_PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
];

/** An endpoint that nothing has got through to for so long is switched off. */
export const DISABLE_AFTER_MS = 3 * DAY_MS;
/** But for so few failures in a row it never is, however far they lie apart. */
export const MIN_FAILURES_TO_DISABLE = 10;
/** How long calls that are over, and events, are kept. */
export const KEEP_MS = 30 * DAY_MS;
