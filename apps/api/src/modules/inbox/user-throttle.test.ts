import { expect, it } from "vitest";
import { createUserThrottle } from "./user-throttle.ts";

it("lets a burst pass, then the rate, and holds nobody for somebody else's haste", () => {
  let nowMs = 1_000;
  const throttle = createUserThrottle({ perSecond: 2, burst: 3, monotonicMs: () => nowMs });
  for (let count = 0; count < 3; count++) throttle.pass("a");
  expect(() => throttle.pass("a")).toThrow("try again in 1 seconds");
  throttle.pass("b");
  nowMs += 500;
  throttle.pass("a");
  expect(() => throttle.pass("a")).toThrow("Too many requests");
  nowMs += 60_000;
  for (let count = 0; count < 3; count++) throttle.pass("a");
  expect(() => throttle.pass("a")).toThrow("Too many requests");
});
