import { SANDBOX_UNAVAILABLE } from "../../execution/obstacles.ts";
import { PluginUnavailable } from "../../execution/plugin-unavailable.ts";
import type { Answer, SealedCall } from "../bundle.ts";
import type { SandboxLimits } from "../limits.ts";
import type { StartProcess } from "../process/sandbox-process.ts";
import { Life, type Loss } from "./life.ts";

const START_TRIES = 3;

export interface CellDeps {
  start: StartProcess;
  limits: SandboxLimits;
  onLost(loss: Loss): void;
  /** A process could not be started. */
  onStartFailed(error: unknown): void;
}

/** A place for one process, which is started when it is needed and replaced when it is lost or worn. */
export class Cell {
  readonly #deps: CellDeps;
  #life: Promise<Life> | undefined;
  readonly #retired = new Set<Life>();
  #startsAgainAt = 0;

  constructor(deps: CellDeps) {
    this.#deps = deps;
  }

  /** Throws ProcessLost when the process ends under the call, PluginUnavailable when there is none. */
  async run(call: SealedCall): Promise<Answer> {
    const life = await this.#living();
    try {
      return await life.run(call);
    } finally {
      if (this.#retired.has(life) && life.isIdle) await this.#bury(life);
    }
  }

  /** Ends the process; the next call starts another one. */
  async end(): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    const lives = [...this.#retired];
    this.#retired.clear();
    const current = await life?.catch(() => undefined);
    await Promise.all([...lives, ...(current ? [current] : [])].map((one) => one.end()));
  }

  async #living(): Promise<Life> {
    for (;;) {
      this.#life ??= this.#begin();
      const asked = this.#life;
      const life = await asked;
      if (!life.isOver && !life.isWorn) return life;
      // Others may have replaced it while we waited.
      if (this.#life === asked) this.#life = undefined;
      if (!life.isOver) await this.#retire(life);
    }
  }

  /** What is in a worn process ends there. */
  async #retire(life: Life): Promise<void> {
    this.#retired.add(life);
    if (life.isIdle) await this.#bury(life);
  }

  async #bury(life: Life): Promise<void> {
    this.#retired.delete(life);
    await life.end();
  }

  #begin(): Promise<Life> {
    const begun = this.#start();
    begun.catch(() => {
      if (this.#life === begun) this.#life = undefined;
    });
    return begun;
  }

  async #start(): Promise<Life> {
    const { start, limits, onLost, onStartFailed } = this.#deps;
    if (performance.now() < this.#startsAgainAt) throw new PluginUnavailable(SANDBOX_UNAVAILABLE);
    for (let tries = 1; ; tries += 1) {
      try {
        return new Life(await start(), limits, onLost);
      } catch (error) {
        onStartFailed(error);
        if (tries < START_TRIES) continue;
        this.#startsAgainAt = performance.now() + limits.startPauseMs;
        throw new PluginUnavailable(SANDBOX_UNAVAILABLE);
      }
    }
  }
}
