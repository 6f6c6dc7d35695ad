import { readJsonObject } from "./calls.ts";

/** `twice`: each push comes two times. `backwards`: of two pushes the later comes first. */
export type PushHabit = "twice" | "backwards";

/** Tells something once, and answers whether it was taken. */
type Push = () => Promise<boolean>;

export interface PushesOptions {
  /** The waits before each repeat of a push that was not taken, milliseconds. */
  retryDelaysMs: number[];
  /** The share of taken pushes that come a second time all the same, from 0 (the default) to 1. */
  repeatShare?: number;
  /** Read at each push, none unless given. */
  habit?(): PushHabit | undefined;
}

/** What a simulator tells by itself, such as receipts: later, again after a failure, and sometimes twice. */
export class Pushes {
  readonly #options: PushesOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Kept back until another one has overtaken it. */
  #late: Push | undefined;

  constructor(options: PushesOptions) {
    this.#options = options;
  }

  /** @param push answers whether the push was taken */
  schedule(delayMs: number, push: Push): void {
    this.#later(delayMs, () => this.#order(delayMs, push));
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #order(delayMs: number, push: Push): Promise<void> {
    const habit = this.#options.habit?.();
    if (habit === "backwards" && !this.#late) {
      this.#late = push;
      return;
    }
    const late = this.#late;
    this.#late = undefined;
    for (const one of habit === "twice" ? [push, push] : [push]) await this.#attempt(delayMs, one, 0);
    if (late) await this.#attempt(delayMs, late, 0);
  }

  async #attempt(delayMs: number, push: Push, attempt: number): Promise<void> {
    const { retryDelaysMs, repeatShare = 0 } = this.#options;
    const isTaken = await push();
    const retryDelayMs = retryDelaysMs[attempt];
    if (!isTaken && retryDelayMs !== undefined) {
      this.#later(retryDelayMs, () => this.#attempt(delayMs, push, attempt + 1));
    } else if (isTaken && attempt === 0 && Math.random() < repeatShare) {
      this.#later(delayMs, async () => void (await push()));
    }
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void run();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Calls whoever listens; the answer's text if it came with a 200, within ten seconds unless told otherwise. */
export async function callReceiver(
  url: string,
  request: Pick<RequestInit, "method" | "headers"> & { body?: string },
  timeoutMs = 10_000,
): Promise<string | undefined> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    return response.status === 200 ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

/** Posts JSON; the answer's object if it was taken with a 200. See {@link callReceiver}. */
export async function postJson(
  url: string,
  body: string,
  timeoutMs?: number,
): Promise<Record<string, unknown> | undefined> {
  const headers = { "content-type": "application/json" };
  const answer = await callReceiver(url, { method: "POST", headers, body }, timeoutMs);
  return answer === undefined ? undefined : readJsonObject(answer);
}

/** The same items in an order of chance, as vendors push them. */
export function shuffle<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
