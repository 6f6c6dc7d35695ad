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
  /** The address may not be called: it is private or no https, and no endpoint that the operator names. */
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

/** How far a pause may lie beside the one in the table, so that calls that failed together do not come together again. */
const JITTER = 0.1;

/** When a call is tried next after so many tries that failed; undefined when it is given up. */
export function nextTry(
  attemptCount: number,
  { now, endsAt, restMs, chance }: { now: Date; endsAt: Date; restMs: number; chance: number },
): Date | undefined {
  const last = RETRY_PAUSES_MS.length - 1;
  const pauseMs = RETRY_PAUSES_MS[Math.min(attemptCount - 1, last)] ?? 0;
  const at = now.getTime() + Math.max(restMs, pauseMs * (1 - JITTER + 2 * JITTER * chance));
  return at < endsAt.getTime() ? new Date(at) : undefined;
}

const FIRST_REST_MS = SECOND_MS;
const MAX_ENDPOINT_REST_MS = MINUTE_MS;

/** How long an endpoint is left alone after so many failures in a row. */
export const restAfter = (failureCount: number): number =>
  Math.min(FIRST_REST_MS * 2 ** Math.min(failureCount - 1, 10), MAX_ENDPOINT_REST_MS);

export interface EndpointHealth {
  failingSince: Date | null;
  failureCount: number;
}

/** How an endpoint stands after one more failure, and why it is to be switched off, if it is. */
export function afterFailure(
  { failingSince, failureCount }: EndpointHealth,
  status: number | null,
  now: Date,
): EndpointHealth & { failingSince: Date; disabledReason: "gone" | "failing" | null } {
  const health = { failingSince: failingSince ?? now, failureCount: failureCount + 1 };
  const isForLong = now.getTime() - health.failingSince.getTime() >= DISABLE_AFTER_MS;
  const isHopeless = isForLong && health.failureCount >= MIN_FAILURES_TO_DISABLE;
  return { ...health, disabledReason: status === 410 ? "gone" : isHopeless ? "failing" : null };
}

/** An endpoint that failed for so long, and then takes a call, gets at once what waits to be tried again. */
export const RECOVERED_AFTER_MS = MINUTE_MS;

/** How long one process stays with an endpoint; with the call that is under way then, less than its lease. */
export const TURN_MS = 20 * SECOND_MS;
/** Endpoints that one process works on at once. */
export const TURNS_AT_ONCE = 24;
/** Of these, so many of one tenant. */
const TURNS_OF_TENANT = 4;
/** Of these, so many that fail: each may hang for as long as a call may. */
const TURNS_OF_FAILING = 8;
/** Calls at once to an endpoint. */
export const CALLS_AT_ONCE = 4;
/** Callbacks of an endpoint that are made ahead of its calls; further events wait, and are told together. */
export const MADE_AHEAD = 40;

export interface Candidate {
  tenantId: string;
  endpointId: string;
  isFailing: boolean;
}

/** Whose turn it is beside what is under way. Candidates come in the order in which they have waited. */
export function chooseTurns<T extends Candidate>(
  candidates: readonly T[],
  underWay: readonly Candidate[],
): T[] {
  const taken: Candidate[] = [...underWay];
  const chosen: T[] = [];
  for (const one of candidates) {
    if (taken.length >= TURNS_AT_ONCE) break;
    const count = (isLike: (other: Candidate) => boolean) => taken.filter(isLike).length;
    if (count(({ endpointId }) => endpointId === one.endpointId) > 0) continue;
    if (count(({ tenantId }) => tenantId === one.tenantId) >= TURNS_OF_TENANT) continue;
    if (one.isFailing && count(({ isFailing }) => isFailing) >= TURNS_OF_FAILING) continue;
    taken.push(one);
    chosen.push(one);
  }
  return chosen;
}
