import { expect, test } from "vitest";
import { boundedPattern } from "../src/testing/conformance/bounded-pattern.ts";

/** A text that the machine stands still over, so many times: reading it takes for ever until then. */
function stalledText(text: string, stalls: number): { text: string; stallsLeft: () => number } {
  let left = stalls;
  const slow = {
    toString() {
      left -= 1;
      for (let spin = left >= 0; spin; );
      return text;
    },
  };
  return { text: slow as unknown as string, stallsLeft: () => left };
}

test("judges a text by the pattern, also where the machine stood still meanwhile", () => {
  const pattern = boundedPattern("^[a-z]+$", "u");
  expect(pattern.test("abc")).toBe(true);
  expect(pattern.test("abc1")).toBe(false);
  const stalled = stalledText("abc", 2);
  expect(pattern.test(stalled.text)).toBe(true);
  expect(stalled.stallsLeft()).toBe(-1);
});

test("gives up on a pattern that takes for ever, every time", () => {
  const text = `${"a".repeat(60)}!`;
  expect(() => boundedPattern("^(a+)+$", "").test(text)).toThrow("takes longer than 200 ms");
  expect(() => boundedPattern("^[a-z]+$", "").test(stalledText("abc", 3).text)).toThrow("takes longer");
});
