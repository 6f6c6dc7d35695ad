/** Most items of one flush. */
const MAX_BATCH = 1000;

export interface BatcherOptions<Item, Result> {
  /** Handles the items of one flush and answers them in order. */
  flush(items: Item[]): Promise<Result[]>;
  /** Flushes under way at once; two keep the database busy while the next batch fills. */
  slots?: number;
  /** False where no item can be at fault: a flush that fails then fails for all of them. */
  triesSingly?: boolean;
  /** Weight of an item, where items differ much; a flush carries at most `maxWeight`. */
  weightOf?(item: Item): number;
  maxWeight?: number;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Groups calls without a timer: a flush starts as soon as a slot is free and takes whatever has gathered while the
 * slots were busy. Alone, a call is written at once; under load the batches fill by themselves. When a flush fails,
 * its items are tried one by one, so that one bad item fails alone.
 */
export class NaturalBatcher<Item, Result> {
  readonly #options: Required<BatcherOptions<Item, Result>>;
  #waiting: Waiting<Item, Result>[] = [];
  #flushing = 0;
  #scheduled = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = { slots: 2, triesSingly: true, weightOf: () => 1, maxWeight: MAX_BATCH, ...options };
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#flushing >= this.#options.slots || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flushNext();
    });
  }

  async #flushNext(): Promise<void> {
    if (this.#flushing >= this.#options.slots || this.#waiting.length === 0) return;
    const batch = this.#takeBatch();
    this.#flushing++;
    this.#schedule();
    try {
      await this.#settle(batch);
    } finally {
      this.#flushing--;
      this.#schedule();
    }
  }

  #takeBatch(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      weight += this.#options.weightOf(item);
      if (count > 0 && (weight > this.#options.maxWeight || count >= MAX_BATCH)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #settle(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.flush(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (batch.length === 1 || !this.#options.triesSingly) for (const { reject } of batch) reject(error);
      else for (const one of batch) await this.#settle([one]);
    }
  }
}
