import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Program } from "../stage/program.ts";
import type { Stage } from "../stage/stage.ts";
import { flushQueue, holdQueue, killBackends } from "./database-faults.ts";

/** Something that breaks again and again. */
export interface Fault {
  everyMs: number;
  /** Breaks it, and mends what does not mend itself. */
  strike(stage: Stage, random: Random, count: number): Promise<void>;
}

const QUEUE_DOWN_MS = 4_000;
const PROXY_STOPPED_MS = 12_000;
/** Longer than the lease of a chunk that is being sent. */
const WORKER_PAUSED_MS = 66_000;
const HOUR_MS = 3_600_000;
const JUMP_LASTS_MS = 5_000;
const BACKENDS_KILLED = 4;

const awake = (programs: Program[]) => programs.filter(({ isPaused }) => !isPaused);

export const FAULTS = {
  "kill-worker": {
    everyMs: 9_000,
    strike: async ({ workers }, random) => random.pick(awake(workers)).kill(),
  },
  "kill-api": { everyMs: 11_000, strike: async ({ api }) => api.kill() },
  "flush-queue": {
    everyMs: 3_000,
    strike: ({ redis, database }) => (redis ? redis.flush() : flushQueue(database)),
  },
  "stop-queue": {
    everyMs: 23_000,
    strike: ({ redis, database }) =>
      redis ? redis.downFor(QUEUE_DOWN_MS) : holdQueue(database, QUEUE_DOWN_MS),
  },
  "kill-backends": {
    everyMs: 5_000,
    strike: ({ database }) => killBackends(database, BACKENDS_KILLED),
  },
  "restart-database": { everyMs: 37_000, strike: ({ database }) => database.restartImmediately() },
  /** In turn: connections that stay open and carry nothing any more, and a network that stands still. */
  "half-open": {
    everyMs: 20_000,
    async strike({ proxy }, _random, count) {
      if (count % 2 === 0) return proxy.order({ forget: true });
      proxy.pause();
      await delay(PROXY_STOPPED_MS);
      proxy.resume();
    },
  },
  "pause-worker": {
    everyMs: 80_000,
    async strike({ workers }, random) {
      if (awake(workers).length < workers.length) return;
      const worker = random.pick(workers);
      worker.pause();
      await delay(WORKER_PAUSED_MS);
      if (worker.isPaused) worker.resume();
    },
  },
  "jump-clock": {
    everyMs: 13_000,
    async strike({ api, workers }, random) {
      const program = random.pick([api, ...awake(workers)]);
      program.order({ clockJumpMs: random.pick([-HOUR_MS, HOUR_MS]) });
      await delay(JUMP_LASTS_MS);
      program.order({ clockJumpMs: 0 });
    },
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS | "vendor";
export const FAULT_NAMES = [...Object.keys(FAULTS), "vendor"] as FaultName[];
