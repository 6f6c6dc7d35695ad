import { setTimeout as delay } from "node:timers/promises";
import type { Postmaster } from "./postmaster.ts";
import { isAlive } from "./process-file.ts";

export interface Care {
  /** Starts the server again where clients look for it. */
  restart(): Promise<Postmaster>;
  /** Gets one sentence when the server has ended, and one when it runs again. */
  report(message: string): void;
}

export interface Keeper {
  /** Ends the care; returns the server that runs, or ran last. */
  stop(): Promise<Postmaster>;
}

const LOOK_EVERY_MS = 1_000;
/** What keeps a server from starting, such as a full disk, mostly takes somebody to mend it. */
const RETRY_MS = 5_000;

/** Starts a server again whenever it has ended although nobody asked it to. */
export function keepRunning(server: Postmaster, { restart, report }: Care): Keeper {
  const stopping = new AbortController();
  let current = server;
  let hasEnded = false;
  const look = async () => {
    if (isAlive(current.pid)) return LOOK_EVERY_MS;
    if (!hasEnded) report("PostgreSQL has ended by itself; starting it again.");
    try {
      current = await restart();
      hasEnded = false;
      report("PostgreSQL runs again.");
      return LOOK_EVERY_MS;
    } catch (error) {
      if (!hasEnded) report(`${(error as Error).message}\nTrying again every ${RETRY_MS / 1000} s.`);
      hasEnded = true;
      return RETRY_MS;
    }
  };
  const watch = async () => {
    let pause = LOOK_EVERY_MS;
    while (await passes(pause, stopping.signal)) pause = await look();
  };
  const watching = watch();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return current;
    },
  };
}

/** Whether the pause went by without being ended. */
const passes = (pauseMs: number, signal: AbortSignal): Promise<boolean> =>
  delay(pauseMs, true, { signal, ref: false }).catch(() => false);
