const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/**
 * Reads the header `Retry-After`, which is a number of seconds or an HTTP date.
 *
 * @returns milliseconds from `now` on, at most a day; undefined if the header is missing or says nothing
 */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (!value) return undefined;
  const waitMs = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : parseHttpDate(value) - now;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS);
}

// Date.parse alone makes a date of almost anything, "-5" included.
function parseHttpDate(value: string): number {
  return value.endsWith(" GMT") ? Date.parse(value) : Number.NaN;
}
