import { PLUGIN_DISABLED, SANDBOX_UNAVAILABLE } from "../../execution/obstacles.ts";
import { PluginUnavailable } from "../../execution/plugin-unavailable.ts";
import { Slots } from "../../execution/slots.ts";
import type { Answer, Bundle, Overrun, SealedCall } from "../bundle.ts";
import type { SandboxLimits } from "../limits.ts";
import { Cell, type CellDeps } from "./cell.ts";
import { type LossReason, ProcessLost } from "./process-lost.ts";
import { Standings } from "./standings.ts";

export type StrikeReason = LossReason | Overrun;

/** What happens in the sandbox and somebody should know of. */
export interface SandboxEvents {
  /** A process was lost; `isAlone` says that one plugin only was in it, which is to blame. */
  lost(loss: { reason: LossReason; suspects: string[]; isAlone: boolean }): void;
  struck(strike: { pluginId: string; hash: string; reason: StrikeReason }): void;
  /** Its calls answer `plugin_disabled` from now on. */
  disabled(strike: { pluginId: string; hash: string; reason: StrikeReason }): void;
  startFailed(error: unknown): void;
}

export interface SupervisorDeps {
  start: CellDeps["start"];
  limits: SandboxLimits;
  events: SandboxEvents;
}

/**
 * Runs calls of sealed plugins, and repeats those whose process was lost under them: who is innocent notices a delay.
 * Trusted plugins share a process; one on probation is alone in another, which is ended when its turn is over. See
 * standings.ts.
 */
export class Supervisor {
  readonly #limits: SandboxLimits;
  readonly #events: SandboxEvents;
  readonly #standings: Standings;
  readonly #shared: Cell;
  readonly #solo: Cell;
  readonly #slots = new Slots();
  /** Whose turn in the solo cell it is. */
  #soloOwner: string | undefined;
  #isClosed = false;

  constructor({ start, limits, events }: SupervisorDeps) {
    this.#limits = limits;
    this.#events = events;
    this.#standings = new Standings(limits);
    const cell = { start, limits, onStartFailed: (error: unknown) => events.startFailed(error) };
    this.#shared = new Cell({
      ...cell,
      onLost: ({ reason, suspects }) => {
        for (const { hash } of suspects) this.#standings.suspect(hash);
        events.lost({ reason, suspects: suspects.map(({ pluginId }) => pluginId), isAlone: false });
      },
    });
    this.#solo = new Cell({
      ...cell,
      onLost: ({ reason, suspects }) => {
        events.lost({ reason, suspects: suspects.map(({ pluginId }) => pluginId), isAlone: true });
        for (const bundle of suspects) this.#strike(bundle, reason);
      },
    });
  }

  /** Throws PluginUnavailable if the plugin is disabled, or the sandbox does not come to an answer in time. */
  async call(call: SealedCall): Promise<Answer> {
    const giveUpAt = performance.now() + this.#limits.patienceMs;
    return this.#slots.run(call.bundle.hash, this.#limits.atOnce.perPlugin, async () => {
      while (!this.#isClosed && performance.now() < giveUpAt) {
        const answer = await this.#try(call);
        if (answer) return answer;
      }
      throw new PluginUnavailable(SANDBOX_UNAVAILABLE);
    });
  }

  /** Trusts code again. */
  pardon(hash: string): void {
    this.#standings.pardon(hash);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#shared.end(), this.#solo.end()]);
  }

  /** Undefined where the call has to be made once more: its process was lost, or its plugin belongs elsewhere now. */
  async #try(call: SealedCall): Promise<Answer | undefined> {
    const standing = this.#standings.of(call.bundle.hash);
    if (standing === "disabled") throw new PluginUnavailable(PLUGIN_DISABLED);
    try {
      return standing === "probation" ? await this.#runAlone(call) : await this.#runTogether(call);
    } catch (error) {
      if (error instanceof ProcessLost) return undefined;
      throw error;
    }
  }

  #runTogether(call: SealedCall): Promise<Answer | undefined> {
    const { hash } = call.bundle;
    return this.#slots.run("together", this.#limits.atOnce.inAll, async () => {
      if (this.#standings.of(hash) !== "trusted") return undefined;
      const answer = await this.#shared.run(call);
      this.#judge(call.bundle, answer);
      return answer;
    });
  }

  #runAlone(call: SealedCall): Promise<Answer | undefined> {
    const { hash } = call.bundle;
    return this.#slots.run("alone", 1, async () => {
      if (this.#standings.of(hash) !== "probation") return undefined;
      if (this.#soloOwner !== hash) await this.#solo.end();
      this.#soloOwner = hash;
      const answer = await this.#solo.run(call);
      if (this.#judge(call.bundle, answer)) this.#standings.clear(hash);
      if (!this.#standings.hasProbation()) await this.#solo.end();
      return answer;
    });
  }

  /** True if the plugin kept within its limits. Here blame is exact also where others were in the process. */
  #judge(bundle: Bundle, answer: Answer): boolean {
    if (answer.kind === "overrun") this.#strike(bundle, answer.overrun);
    return answer.kind !== "overrun";
  }

  #strike(bundle: Bundle, reason: StrikeReason): void {
    const { pluginId, hash } = bundle;
    const isDisabled = this.#standings.strike(hash);
    this.#events.struck({ pluginId, hash, reason });
    if (isDisabled) this.#events.disabled({ pluginId, hash, reason });
  }
}
