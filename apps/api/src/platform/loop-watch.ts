import type { RunningLoop } from "./loops.ts";

/** A round may wait for a database that does not answer, several times over; beyond this nothing will end it. */
const HUNG_AFTER_MS = 300_000;

/** Knows how all loops of the process are, so that one that hangs or has died is noticed. */
export function createLoopWatch() {
  const loops = new Set<RunningLoop>();
  return {
    add(loop: RunningLoop): void {
      loops.add(loop);
    },
    remove(loop: RunningLoop): void {
      loops.delete(loop);
    },
    /** Milliseconds that each loop's round has been under way; 0 between rounds. */
    ages(): Map<string, number> {
      return new Map([...loops].map((loop) => [loop.name, loop.roundAgeMs()]));
    },
    /** Loops that only a restart of the process brings back. */
    hung(): string[] {
      return [...loops].filter((loop) => loop.roundAgeMs() > HUNG_AFTER_MS).map(({ name }) => name);
    },
  };
}

export type LoopWatch = ReturnType<typeof createLoopWatch>;
