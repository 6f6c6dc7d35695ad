import { tooManyRequests } from "./errors.ts";

export interface TurnsOptions {
  /** Pieces of work that run at once in this process. */
  atOnce: number;
  /** Further ones that may wait for their turn; one more is turned away. */
  waiting: number;
}

/** Lets heavy work run a little at a time, so that what is light need not wait for it. */
export function createTurns({ atOnce, waiting }: TurnsOptions) {
  let running = 0;
  const queue: (() => void)[] = [];

  return async function takeTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (queue.length >= waiting) {
        throw tooManyRequests("Too many of these are under way at the moment. Try again in a few seconds.", {
          headers: { "retry-after": "3" },
        });
      }
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, so that nobody who comes later can take it.
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}

export type TakeTurn = ReturnType<typeof createTurns>;
