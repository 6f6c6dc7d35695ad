import { setTimeout } from "node:timers/promises";
import { DatabaseDeadlineError, isOutage } from "@tidings/db";
import type { Logger } from "../logger.ts";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Does what a process needs of the database before it can begin: again and again, for a minute at most, while that is
 * away. It may be restarting just then. For work that may be done twice.
 */
export async function whenDatabaseAnswers<T>(
  logger: Logger,
  work: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const endsAtMs = performance.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isAway = isOutage(error) || error instanceof DatabaseDeadlineError;
      if (!isAway || performance.now() >= endsAtMs) throw error;
      if (tries === 1) logger.warn({ err: error }, "the database does not answer; it is tried again");
      await setTimeout(PAUSE_MS);
    }
  }
}
