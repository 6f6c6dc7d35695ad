import type { Logger } from "../../logger.ts";
import type { LossReason } from "./supervision/process-lost.ts";
import type { SandboxEvents, StrikeReason } from "./supervision/supervisor.ts";

/** What has happened in the sandbox since this process began. */
export interface SandboxCounts {
  /** Processes that were replaced because they hung, died or held too much memory. */
  losses: { reason: LossReason; count: number }[];
  strikes: { pluginId: string; reason: StrikeReason; count: number }[];
  /** Ids of plugins, one for each version that is disabled. */
  disabled: string[];
}

type Strike = Parameters<SandboxEvents["struck"]>[0];

/** Logs and counts what happens in the sandbox. */
export class SandboxReport implements SandboxEvents {
  readonly #logger: Logger;
  #onDisabled: SandboxEvents["disabled"] = () => undefined;
  readonly #losses = new Map<LossReason, number>();
  readonly #strikes = new Map<string, SandboxCounts["strikes"][number]>();
  /** Plugin ids by the hash of their code. */
  readonly #disabled = new Map<string, string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Has somebody told of every plugin that is disabled from now on. */
  onDisabled(listener: SandboxEvents["disabled"]): void {
    this.#onDisabled = listener;
  }

  pardoned(hash: string): void {
    this.#disabled.delete(hash);
  }

  counts(): SandboxCounts {
    return {
      losses: [...this.#losses].map(([reason, count]) => ({ reason, count })),
      strikes: [...this.#strikes.values()].map((strike) => ({ ...strike })),
      disabled: [...this.#disabled.values()],
    };
  }

  lost(loss: Parameters<SandboxEvents["lost"]>[0]): void {
    this.#losses.set(loss.reason, (this.#losses.get(loss.reason) ?? 0) + 1);
    this.#logger.warn(loss, "sandbox process lost; its calls are repeated");
  }

  struck({ pluginId, hash, reason }: Strike): void {
    const key = `${pluginId} ${reason}`;
    const strike = this.#strikes.get(key) ?? { pluginId, reason, count: 0 };
    strike.count += 1;
    this.#strikes.set(key, strike);
    this.#logger.warn({ pluginId, bundle: hash, reason }, "plugin struck");
  }

  disabled(strike: Strike): void {
    const { pluginId, hash, reason } = strike;
    this.#disabled.set(hash, pluginId);
    this.#logger.error({ pluginId, bundle: hash, reason }, "plugin disabled; its deliveries wait");
    this.#onDisabled(strike);
  }

  startFailed(error: unknown): void {
    this.#logger.error({ err: error }, "sandbox process cannot be started");
  }
}
