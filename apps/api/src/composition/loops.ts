import { type Loop, type RunningLoop, startLoop } from "../platform/loops.ts";
import type { Foundation } from "./foundation.ts";

/** Loops that are started and stopped together; those of the whole process are watched together. */
export function createLoops({ logger, loops: watch }: Foundation) {
  const running: RunningLoop[] = [];
  return {
    start(loop: Loop): RunningLoop {
      const started = startLoop(loop, logger);
      watch.add(started);
      running.push(started);
      return started;
    },
    async stop() {
      await Promise.all(running.map((loop) => loop.stop().then(() => watch.remove(loop))));
    },
  };
}
