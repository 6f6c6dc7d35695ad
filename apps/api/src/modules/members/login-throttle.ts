import type { Clock } from "../../platform/clock.ts";
import { tooManyRequests } from "../../platform/errors.ts";

/** Wrong passwords after which a login, or an address, has to wait. */
export const MAX_FAILURES = 10;
/** How long a failure counts. */
export const FAILURE_WINDOW_MS = 15 * 60_000;
const MAX_ENTRIES = 10_000;

interface Entry {
  /** Milliseconds since 1970, oldest first; never more than `MAX_FAILURES`. */
  failedAt: number[];
  underWay: number;
}

export interface LoginAttempt {
  email: string;
  /** Empty or absent when the peer has none. */
  ipAddress?: string | undefined;
}

/**
 * Slows down the guessing of passwords, per account and per address of the caller, in this process's memory.
 * Attempts under way count like failures until they end, so that parallel guesses do not slip through together.
 */
export function createLoginThrottle(clock: Clock) {
  /** In the order of last use. */
  const entries = new Map<string, Entry>();

  function touch(key: string): Entry {
    const since = clock.now().getTime() - FAILURE_WINDOW_MS;
    const entry = entries.get(key) ?? { failedAt: [], underWay: 0 };
    entry.failedAt = entry.failedAt.filter((at) => at > since);
    entries.delete(key);
    entries.set(key, entry);
    const oldest = entries.keys().next();
    if (entries.size > MAX_ENTRIES && !oldest.done) entries.delete(oldest.value);
    return entry;
  }

  function waitMs(entry: Entry): number {
    const [oldest] = entry.failedAt;
    if (oldest !== undefined && entry.failedAt.length >= MAX_FAILURES) {
      return oldest + FAILURE_WINDOW_MS - clock.now().getTime();
    }
    return entry.failedAt.length + entry.underWay >= MAX_FAILURES ? 1_000 : 0;
  }

  function fail(entry: Entry): void {
    entry.failedAt.push(clock.now().getTime());
  }

  /** Counts the attempt as under way in each entry while the work runs. */
  async function counted<T>(counters: Entry[], work: () => Promise<T>): Promise<T> {
    for (const entry of counters) entry.underWay++;
    try {
      return await work();
    } finally {
      for (const entry of counters) entry.underWay--;
    }
  }

  return {
    /** Runs the check of a password; throws 429 instead when there were too many failures. */
    async guard(attempt: LoginAttempt, check: () => Promise<boolean>): Promise<boolean> {
      const account = touch(`account ${attempt.email}`);
      const counters = attempt.ipAddress ? [account, touch(`address ${attempt.ipAddress}`)] : [account];
      const seconds = Math.ceil(Math.max(...counters.map(waitMs)) / 1_000);
      if (seconds > 0) throw tooManyFailures(seconds);
      return counted(counters, async () => {
        const passed = await check();
        if (passed) account.failedAt = [];
        else counters.forEach(fail);
        return passed;
      });
    },
  };
}

const tooManyFailures = (seconds: number) =>
  tooManyRequests(`Too many failed attempts; try again in ${seconds} seconds.`, {
    headers: { "retry-after": String(seconds) },
  });
