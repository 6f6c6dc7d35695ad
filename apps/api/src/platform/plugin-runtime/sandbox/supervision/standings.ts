/**
 * How far a plugin's code is trusted, told by its hash: another version begins anew.
 *
 * A process of many plugins that hangs or dies does not tell which of them did it. All that were in it come on probation:
 * their calls run one at a time, in a process that no other plugin has touched. What goes wrong there is the fault of the
 * one that runs, a strike; what goes well clears it. Each further suspicion asks for four times as many calls that go
 * well, so that a plugin which misbehaves now and then is found out as well. With enough strikes it is disabled, until
 * it is pardoned or the process of ours ends.
 */
export type Standing = "trusted" | "probation" | "disabled";

interface Entry {
  suspicionCount: number;
  strikeCount: number;
  /** Calls that have to go well alone before it is trusted again. */
  callsToClear: number;
  isDisabled: boolean;
  changedAt: number;
}

const CALLS_FACTOR = 4;
const MAX_CALLS_TO_CLEAR = 256;

export interface StandingsOptions {
  strikeCount: number;
  /** See `SandboxLimits`. */
  forgetMs: number;
  monotonicMs?: () => number;
}

export class Standings {
  readonly #options: Required<StandingsOptions>;
  readonly #entries = new Map<string, Entry>();

  constructor(options: StandingsOptions) {
    this.#options = { monotonicMs: () => performance.now(), ...options };
  }

  of(hash: string): Standing {
    const entry = this.#entries.get(hash);
    if (!entry) return "trusted";
    if (entry.isDisabled) return "disabled";
    return entry.callsToClear > 0 ? "probation" : "trusted";
  }

  hasProbation(): boolean {
    return [...this.#entries.keys()].some((hash) => this.of(hash) === "probation");
  }

  /** It may be to blame. */
  suspect(hash: string): void {
    const entry = this.#touch(hash);
    entry.callsToClear = Math.min(CALLS_FACTOR ** entry.suspicionCount, MAX_CALLS_TO_CLEAR);
    entry.suspicionCount += 1;
  }

  /** It is to blame. True if that has disabled it. */
  strike(hash: string): boolean {
    const entry = this.#touch(hash);
    entry.strikeCount += 1;
    if (entry.isDisabled || entry.strikeCount < this.#options.strikeCount) return false;
    entry.isDisabled = true;
    return true;
  }

  /** A call of it went well while it was alone. */
  clear(hash: string): void {
    const entry = this.#entries.get(hash);
    if (entry && entry.callsToClear > 0) entry.callsToClear -= 1;
  }

  /** What was held against it is forgotten. */
  pardon(hash: string): void {
    this.#entries.delete(hash);
  }

  #touch(hash: string): Entry {
    const now = this.#options.monotonicMs();
    const known = this.#entries.get(hash);
    const isFresh = known && (known.isDisabled || now - known.changedAt < this.#options.forgetMs);
    const entry = isFresh
      ? known
      : { suspicionCount: 0, strikeCount: 0, callsToClear: 0, isDisabled: false, changedAt: now };
    entry.changedAt = now;
    this.#entries.set(hash, entry);
    return entry;
  }
}
