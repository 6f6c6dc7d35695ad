/** Repetitions after the first attempt. */
export const MAX_RETRIES = 2;

const BASE_DELAY_MS = 300;
/** Answers that say "not now": the request was not processed, or an intermediary could not pass it on. */
const RETRYABLE_STATUSES = new Set([429, 502, 503, 504]);

export const isRetryableStatus = (status: number) => RETRYABLE_STATUSES.has(status);

/** How long to wait before repetition `retry` (0, 1 …), milliseconds: what the server asks for, else growing with jitter. */
export function retryDelayMs(retry: number, retryAfter: string | null, nowMs: number): number {
  const asked = readRetryAfterMs(retryAfter, nowMs);
  return asked ?? BASE_DELAY_MS * 2 ** retry * (0.5 + Math.random() / 2);
}

/** `Retry-After` is a number of seconds or an HTTP date. */
export function readRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  const delayMs = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1000;
  return Number.isNaN(delayMs) ? undefined : Math.max(0, delayMs);
}
