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

/** After this whoever makes a call is taken for dead, and it is made again. */
export const LEASE_MS = 60 * SECOND_MS;
/** Tries of a call that are kept. */
export const ATTEMPTS_KEPT = 20;

/** Why a call did not get through. */
export const CALL_ERRORS = {
  /** The address may not be called: it is private, or names no https server. */
  notAllowed: "address_not_allowed",
  /** Nobody took the connection. */
  unreachable: "unreachable",
  /** It went out, and no whole answer came in time. */
  noAnswer: "no_answer",
  /** It answered with a redirect, and none is followed. */
  redirected: "redirected",
  /** It answered 410: it wants no more calls. */
  gone: "gone",
  /** It answered something else than 2xx. */
  refused: "refused",
  /** What it would tell was forgotten meanwhile. */
  forgotten: "events_forgotten",
} as const;

/** What came back for one call. */
export type Answer =
  | { status: number; headers: Record<string, string> }
  | { error: "not_sent" | "blocked" | "ambiguous" };

export interface Verdict {
  isReceived: boolean;
  status: number | null;
  error: string | null;
  /** How long the receiver asks to be left alone, ms; 0 if it does not. */
  restMs: number;
}

const MAX_REST_MS = HOUR_MS;

export function judgeAnswer(answer: Answer): Verdict {
  if ("error" in answer) {
    const error = {
      blocked: CALL_ERRORS.notAllowed,
      not_sent: CALL_ERRORS.unreachable,
      ambiguous: CALL_ERRORS.noAnswer,
    }[answer.error];
    return { isReceived: false, status: null, error, restMs: 0 };
  }
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { isReceived: true, status, error: null, restMs: 0 };
  const restMs = status === 429 || status === 503 ? readRest(headers["retry-after"]) : 0;
  return { isReceived: false, status, error: errorOf(status), restMs };
}

function errorOf(status: number): string {
  if (status === 410) return CALL_ERRORS.gone;
  return status >= 300 && status < 400 ? CALL_ERRORS.redirected : CALL_ERRORS.refused;
}

/** Seconds only: a date would be one of the receiver's clock. */
function readRest(retryAfter: string | undefined): number {
  const seconds = /^\d{1,9}$/.test(retryAfter ?? "") ? Number(retryAfter) : 0;
  return Math.min(seconds * SECOND_MS, MAX_REST_MS);
}
