export interface PushesOptions {
  /** The waits before each repeat of a push that was not taken, milliseconds. */
  retryDelaysMs: number[];
  /** The share of taken pushes that come a second time all the same, from 0 (the default) to 1. */
  repeatShare?: number;
}

/** What a simulator tells by itself, such as receipts: later, again after a failure, and sometimes twice. */
export class Pushes {
  readonly #options: PushesOptions;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: PushesOptions) {
    this.#options = options;
  }

  /** @param push answers whether the push was taken */
  schedule(delayMs: number, push: () => Promise<boolean>): void {
    this.#later(delayMs, () => this.#attempt(delayMs, push, 0));
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #attempt(delayMs: number, push: () => Promise<boolean>, attempt: number): Promise<void> {
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

/** Posts JSON; the answer's object if it was taken with a 200, within ten seconds unless told otherwise. */
export async function postJson(
  url: string,
  body: string,
  timeoutMs = 10_000,
): Promise<Record<string, unknown> | undefined> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return response.status === 200 ? ((await response.json()) as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The same items in an order of chance, as vendors push them. */
export function shuffle<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
