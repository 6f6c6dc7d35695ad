/** Counts what happens under each key within a window of time that begins with the first. */
export class WindowCount {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #windows = new Map<string, { endsAt: number; count: number }>();

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Counts so many more, unless that is above the limit. */
  allows(key: string, now: number, count = 1): boolean {
    const known = this.#windows.get(key);
    const window = known && now < known.endsAt ? known : { endsAt: now + this.#windowMs, count: 0 };
    if (window.count + count > this.#limit) return false;
    window.count += count;
    this.#windows.set(key, window);
    return true;
  }
}
