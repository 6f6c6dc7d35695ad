interface Lane {
  busyCount: number;
  waiting: (() => void)[];
}

/** Bounds how much runs at once under one key; the rest waits in order. */
export class Slots {
  readonly #lanes = new Map<string, Lane>();

  async run<T>(key: string, limit: number, work: () => Promise<T>): Promise<T> {
    const lane = this.#laneOf(key);
    // A slot is handed from one to the next without being freed, so nobody can slip in between.
    if (lane.busyCount < limit) lane.busyCount += 1;
    else await new Promise<void>((resolve) => lane.waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.#pass(key, lane);
    }
  }

  #laneOf(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane: Lane = { busyCount: 0, waiting: [] };
    this.#lanes.set(key, lane);
    return lane;
  }

  #pass(key: string, lane: Lane): void {
    const next = lane.waiting.shift();
    if (next) next();
    else lane.busyCount -= 1;
    if (lane.busyCount === 0) this.#lanes.delete(key);
  }
}
