import { describe, expect, it } from "vitest";
import { readRetryAfterMs, retryDelayMs } from "./retry.ts";

const now = Date.parse("2026-09-01T08:00:00Z");

describe("Retry-After", () => {
  it.each([
    ["3", 3_000],
    ["0", 0],
    ["Tue, 01 Sep 2026 08:00:05 GMT", 5_000],
    ["Tue, 01 Sep 2026 07:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
    [null, undefined],
  ])("reads %s", (value, expected) => {
    expect(readRetryAfterMs(value, now)).toBe(expected);
  });

  it("is preferred to the own delay, which grows", () => {
    expect(retryDelayMs(1, "2", now)).toBe(2_000);
    expect(retryDelayMs(0, null, now)).toBeLessThanOrEqual(300);
    expect(retryDelayMs(1, null, now)).toBeGreaterThanOrEqual(300);
  });
});
