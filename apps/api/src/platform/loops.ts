import type { Logger } from "./logger.ts";

export interface Loop {
  name: string;
  /** Pause after a round that found nothing to do, milliseconds. */
  idleMs: number;
  /** Does one bounded round; true when there is probably more. */
  run(): Promise<boolean>;
}

export interface RunningLoop {
  name: string;
  /** Milliseconds that the round under way has taken so far; 0 between rounds. */
  roundAgeMs(): number;
  /** Runs a round now instead of after the pause. */
  nudge(): void;
  stop(): Promise<void>;
}

const MAX_PAUSE_AFTER_ERROR_MS = 5_000;

/**
 * Runs a loop until it is stopped. Rounds never overlap. A failing round is logged and tried again after a pause
 * that doubles up to five seconds: the truth is in the database, so nothing is lost by waiting.
 */
export function startLoop(
  loop: Loop,
  logger: Logger,
  monotonicMs: () => number = () => performance.now(),
): RunningLoop {
  let stopped = false;
  let wake: (() => void) | undefined;
  let nudged = false;
  let failures = 0;
  let roundSince: number | undefined;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      if (nudged || stopped) return resolve();
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function round(): Promise<number> {
    nudged = false;
    roundSince = monotonicMs();
    try {
      const more = await loop.run();
      failures = 0;
      return more ? 0 : loop.idleMs;
    } catch (error) {
      failures++;
      if (!stopped) logger.warn({ err: error, loop: loop.name, failures }, "a loop's round failed");
      return Math.min(loop.idleMs * 2 ** failures, MAX_PAUSE_AFTER_ERROR_MS);
    }
  }

  const finished = (async () => {
    while (!stopped) {
      const pauseMs = await round();
      roundSince = undefined;
      if (pauseMs > 0) await pause(pauseMs);
      wake = undefined;
    }
  })();

  return {
    name: loop.name,
    roundAgeMs: () => (roundSince === undefined ? 0 : monotonicMs() - roundSince),
    nudge() {
      nudged = true;
      wake?.();
    },
    async stop() {
      stopped = true;
      wake?.();
      await finished;
    },
  };
}

/**
 * Ends a round in which some of the work failed. What failed must not keep what stands behind it waiting for the pause
 * behind a failed round: with more to do the failures are logged only, else they are thrown together.
 */
export function endRound(
  { isMore, failures }: { isMore: boolean; failures: readonly unknown[] },
  loop: string,
  complaint: string,
  logger: Pick<Logger, "warn">,
): boolean {
  if (failures.length === 0) return isMore;
  const err = new AggregateError(failures, complaint);
  if (!isMore) throw err;
  logger.warn({ err, loop }, complaint);
  return true;
}

/** Does the work for each, one after the other. One that fails keeps none behind it waiting; the failures follow together. */
export async function doForEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  complaint: string,
): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, complaint);
}
