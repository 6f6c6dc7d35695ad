import { describe, expect, it } from "vitest";
import { createRecentAnswers } from "./recent-answers.ts";

function setUp(maxEntries = 10) {
  let nowMs = 0;
  let asked = 0;
  const answers = createRecentAnswers<number>({ ttlMs: 1_000, maxEntries, monotonicMs: () => nowMs });
  return {
    get: (key: string, ask = async () => ++asked) => answers.get(key, ask),
    pass: (ms: number) => {
      nowMs += ms;
    },
    asked: () => asked,
  };
}

describe("recent answers", () => {
  it("asks once for questions that come at the same time", async () => {
    const { get, asked } = setUp();
    await Promise.all([get("a"), get("a"), get("a")]);
    expect(asked()).toBe(1);
  });

  it("never gives an answer to a question older than the time to live, however often it is used", async () => {
    const { get, pass } = setUp();
    expect(await get("a")).toBe(1);
    pass(999);
    expect(await get("a")).toBe(1);
    pass(1);
    expect(await get("a")).toBe(2);
  });

  it("keeps the bound by dropping the oldest", async () => {
    const { get } = setUp(2);
    await get("a");
    await get("b");
    await get("c");
    expect(await get("b")).toBe(2);
    expect(await get("a")).toBe(4);
  });

  it("does not remember a failure", async () => {
    const { get } = setUp();
    const failing = () => Promise.reject(new Error("database down"));
    await expect(get("a", failing)).rejects.toThrow("database down");
    expect(await get("a")).toBe(1);
  });
});
