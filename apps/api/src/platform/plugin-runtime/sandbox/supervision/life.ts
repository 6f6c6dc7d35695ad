import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import type { Answer, Bundle, SealedCall } from "../bundle.ts";
import type { SandboxLimits } from "../limits.ts";
import type { SandboxProcess } from "../process/sandbox-process.ts";
import { type LossReason, ProcessLost } from "./process-lost.ts";

/** What was going on when a process was lost. */
export interface Loss {
  reason: LossReason;
  /** Whose calls were in it; if there were none, everybody it has run. */
  suspects: Bundle[];
}

interface InFlight {
  bundle: Bundle;
  fail(lost: ProcessLost): void;
}

/** Connections that break under a call while the process lives, before the call is to blame. */
const CONNECTION_TRIES = 3;
const OVERDUE: Answer = { kind: "overrun", overrun: "time" };

/** One process from its start to its end: its calls, its heartbeat, its memory. */
export class Life {
  readonly #process: SandboxProcess;
  readonly #limits: SandboxLimits;
  readonly #onLost: (loss: Loss) => void;
  readonly #inFlight = new Set<InFlight>();
  readonly #called = new Map<string, Bundle>();
  readonly #isolates = new Set<string>();
  #isOver = false;

  constructor(process: SandboxProcess, limits: SandboxLimits, onLost: (loss: Loss) => void) {
    this.#process = process;
    this.#limits = limits;
    this.#onLost = onLost;
    void this.#watch();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It has made as many isolates as it should; what is in it may end. */
  get isWorn(): boolean {
    return this.#isolates.size >= this.#limits.isolateCount;
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0;
  }

  /** Throws ProcessLost when the process ends under the call. */
  async run(call: SealedCall): Promise<Answer> {
    const { bundle, scope } = call;
    this.#called.set(bundle.hash, bundle);
    this.#isolates.add(`${bundle.hash}#${scope}`);
    const answer = await this.#answerOf(call);
    // Where memory is short, what fails need not be the fault of whom it fails for.
    if (answer.kind !== "output" && this.#holdsTooMuch()) throw this.#lose("memory");
    return answer;
  }

  /** Ends it without blaming anybody. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#failAll(new ProcessLost("died"));
    await this.#process.kill();
  }

  /** What comes first: the answer, the end of the call's time, or of the process. */
  async #answerOf(call: SealedCall): Promise<Answer> {
    const ended = new AbortController();
    let inFlight: InFlight | undefined;
    try {
      return await new Promise((resolve, fail) => {
        inFlight = { bundle: call.bundle, fail };
        this.#inFlight.add(inFlight);
        this.#ask(call, ended.signal).then(resolve, fail);
        this.#overdue(ended.signal).then(resolve, fail);
      });
    } finally {
      if (inFlight) this.#inFlight.delete(inFlight);
      ended.abort();
    }
  }

  async #ask(call: SealedCall, signal: AbortSignal): Promise<Answer> {
    for (let tries = 1; tries <= CONNECTION_TRIES; tries += 1) {
      try {
        return await this.#process.call(call, signal);
      } catch {
        if (signal.aborted) return OVERDUE;
        // Mostly there is nobody at the other end any more; but a connection alone may break as well.
        const reason = await this.#examine();
        if (reason) throw this.#lose(reason);
      }
    }
    return { kind: "overrun", overrun: "no_answer" };
  }

  /** The answer of a call that takes too long in a process that is well. */
  async #overdue(signal: AbortSignal): Promise<Answer> {
    await delay(this.#limits.callMs, undefined, { signal }).catch(() => undefined);
    const reason = signal.aborted ? undefined : await this.#examine();
    if (reason) throw this.#lose(reason);
    return OVERDUE;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await delay(this.#limits.beatMs, undefined, { ref: false });
      const reason = this.#isOver ? undefined : await this.#examine();
      if (reason) this.#lose(reason);
    }
  }

  async #examine(): Promise<LossReason | undefined> {
    const sign = await this.#feel();
    if (sign !== "beats") return sign;
    return this.#holdsTooMuch() ? "memory" : undefined;
  }

  async #feel(): Promise<"beats" | "hung" | "died"> {
    let sign: "beats" | "hung" | "died" = "hung";
    const beat = this.#process.beat().then(
      () => {
        sign = "beats";
      },
      () => {
        sign = "died";
      },
    );
    await Promise.race([beat, delay(this.#limits.hangMs, undefined, { ref: false })]);
    // If it was this process that was busy, the answer is here and has not been read yet.
    for (let turns = 0; turns < 3 && sign === "hung"; turns += 1) await turn();
    return sign;
  }

  #holdsTooMuch(): boolean {
    return (this.#process.peakBytes() ?? 0) > this.#limits.peakBytes;
  }

  #lose(reason: LossReason): ProcessLost {
    const lost = new ProcessLost(reason);
    if (this.#isOver) return lost;
    this.#isOver = true;
    const inFlight = new Map([...this.#inFlight].map(({ bundle }) => [bundle.hash, bundle]));
    const suspects = inFlight.size > 0 ? inFlight : this.#called;
    this.#onLost({ reason, suspects: [...suspects.values()] });
    this.#failAll(lost);
    void this.#process.kill();
    return lost;
  }

  #failAll(lost: ProcessLost): void {
    for (const { fail } of this.#inFlight) fail(lost);
  }
}
