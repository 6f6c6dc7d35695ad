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
  #gathering = false;
  /** Items in the flushes under way. */
  #underWay = 0;
  /** The most items that waited or were under way at once since the last flush began. */
  #most = 0;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = { slots: 2, triesSingly: true, weightOf: () => 1, maxWeight: MAX_BATCH, ...options };
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#most = Math.max(this.#most, this.#waiting.length + this.#underWay);
      this.#schedule();
    });
  }

  /**
   * Flushes when the batch is as large as those under way and itself have room for in equal parts, else when a turn of
   * the event loop has brought nothing more. Callers who wait for their answers would otherwise fall into step: all of
   * them in one batch, and nobody left to gather while it is under way.
   */
  #schedule(): void {
    const { slots } = this.#options;
    if (this.#flushing >= slots || this.#waiting.length === 0) return;
    if (this.#waiting.length * (slots + 1) >= this.#most) void this.#flushNext();
    else if (!this.#gathering) this.#gather();
  }

  /** The first call back ends the turn that is under way; what those who have just been answered ask comes in the next. */
  #gather(): void {
    this.#gathering = true;
    const before = this.#waiting.length;
    setImmediate(() =>
      setImmediate(() => {
        this.#gathering = false;
        if (this.#waiting.length > before) this.#schedule();
        else if (this.#flushing < this.#options.slots && this.#waiting.length > 0) void this.#flushNext();
      }),
    );
  }

  async #flushNext(): Promise<void> {
    const batch = this.#takeBatch();
    this.#flushing++;
    this.#underWay += batch.length;
    this.#most = this.#waiting.length + this.#underWay;
    const outcomes = await this.#settle(batch);
    this.#flushing--;
    this.#underWay -= batch.length;
    // Whoever calls again on hearing the answer finds the slot free.
    for (const tell of outcomes) tell();
    this.#schedule();
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

  /** Flushes the items; what it returns tells the callers. */
  async #settle(batch: Waiting<Item, Result>[]): Promise<(() => void)[]> {
    try {
      const results = await this.#options.flush(batch.map(({ item }) => item));
      return batch.map(
        ({ resolve }, index) =>
          () =>
            resolve(results[index] as Result),
      );
    } catch (error) {
      if (batch.length === 1 || !this.#options.triesSingly)
        return batch.map(
          ({ reject }) =>
            () =>
              reject(error),
        );
      const outcomes = [];
      for (const one of batch) outcomes.push(...(await this.#settle([one])));
      return outcomes;
    }
  }
}
