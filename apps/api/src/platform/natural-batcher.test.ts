import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { NaturalBatcher } from "./natural-batcher.ts";

const FLUSH_MS = 5;

/** A batcher that notes its batches and takes some time for each. */
function createNoting(options: { slots?: number; failsFor?: (item: number) => boolean } = {}) {
  const batches: number[][] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const batcher = new NaturalBatcher<number, number>({
    ...(options.slots && { slots: options.slots }),
    async flush(items) {
      batches.push(items);
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await delay(FLUSH_MS);
      atOnce--;
      if (options.failsFor && items.some(options.failsFor)) throw new Error("refused");
      return items.map((item) => item * 10);
    },
  });
  return { batcher, batches, most: () => mostAtOnce };
}

describe("NaturalBatcher", () => {
  it("writes a lone call at once, and answers each with its own", async () => {
    const { batcher, batches } = createNoting();
    expect(await batcher.add(1)).toBe(10);
    expect(await Promise.all([2, 3, 4].map((item) => batcher.add(item)))).toEqual([20, 30, 40]);
    expect(batches[0]).toEqual([1]);
    expect(batches.flat().sort()).toEqual([1, 2, 3, 4]);
  });

  it("never has more flushes under way than slots", async () => {
    for (const slots of [1, 2]) {
      const { batcher, most } = createNoting({ slots });
      await Promise.all(Array.from({ length: 50 }, (_, item) => batcher.add(item)));
      expect(most()).toBe(slots);
    }
  });

  it("falls into batches of equal size when callers wait for their answers", async () => {
    const { batcher, batches } = createNoting({ slots: 1 });
    const caller = async (item: number) => {
      for (let round = 0; round < 20; round++) await batcher.add(item);
    };
    await Promise.all(Array.from({ length: 40 }, (_, item) => caller(item)));
    const settled = batches.slice(10, -4).map(({ length }) => length);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...settled)).toBeLessThanOrEqual(30);
  });

  it("waits a turn of the loop for those whom it has just answered before it writes a lone call", async () => {
    vi.useFakeTimers({ toFake: ["setImmediate"] });
    try {
      const { batcher, batches } = createNoting({ slots: 1 });
      const answered = Array.from({ length: 20 }, (_, item) => batcher.add(item));
      const lone = delay(FLUSH_MS * 2).then(() => batcher.add(100));
      await Promise.all(answered);
      await delay(FLUSH_MS);
      expect(batches.map(({ length }) => length)).toEqual([1, 19]);
      // The turn in which the answers came ends; what is asked on hearing them comes in the next.
      vi.runOnlyPendingTimers();
      const again = Array.from({ length: 19 }, (_, item) => batcher.add(item));
      vi.runOnlyPendingTimers();
      await Promise.all([lone, ...again]);
      expect(batches[2]?.length).toBeGreaterThanOrEqual(10);
    } finally {
      vi.useRealTimers();
    }
  });

  it("fails alone what is at fault", async () => {
    const { batcher } = createNoting({ failsFor: (item) => item === 7 });
    const settled = await Promise.allSettled(Array.from({ length: 12 }, (_, item) => batcher.add(item)));
    expect(settled.flatMap(({ status }, item) => (status === "rejected" ? [item] : []))).toEqual([7]);
  });
});
