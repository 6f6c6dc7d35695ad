import { describe, expect, it } from "vitest";
import { Slots } from "./slots.ts";

describe("Slots", () => {
  it("never runs more than the limit under one key, and keys do not disturb each other", async () => {
    const slots = new Slots();
    const running = { a: 0, b: 0 };
    const most = { a: 0, b: 0 };
    const work = (key: "a" | "b") => async () => {
      running[key] += 1;
      most[key] = Math.max(most[key], running[key]);
      await new Promise((resolve) => setImmediate(resolve));
      running[key] -= 1;
    };
    const all = Array.from({ length: 40 }, (_, i) => {
      const key = i % 2 === 0 ? "a" : "b";
      return slots.run(key, key === "a" ? 3 : 5, work(key));
    });
    await Promise.all(all);
    expect(most).toEqual({ a: 3, b: 5 });
  });

  it("goes on after work that failed, in order", async () => {
    const slots = new Slots();
    const order: number[] = [];
    const all = [1, 2, 3].map((n) =>
      slots.run("key", 1, async () => {
        order.push(n);
        if (n === 1) throw new Error("failed");
      }),
    );
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect(order).toEqual([1, 2, 3]);
  });
});
