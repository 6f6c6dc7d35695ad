import { setTimeout as delay } from "node:timers/promises";

const DEFAULT_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

/**
 * Polls until `check` returns something truthy, and returns that. An error thrown by `check` counts as "not yet".
 * Throws after `timeoutMs` (default 5,000), with the last error as its cause.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  options: { timeoutMs?: number } = {},
): Promise<NonNullable<T>> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > giveUpAt) throw new Error(`Not so within ${timeoutMs} ms: ${check}`, { cause });
    await delay(POLL_MS);
  }
}
