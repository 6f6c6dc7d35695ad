import { describe, expect, it } from "vitest";
import { judgeNotFound, pauseAfter, scheduleOf } from "./inquiry.rules.ts";

const ABILITIES = {
  query: { windowSeconds: 3600, batchSize: 10, notBeforeSeconds: 60 },
  receipts: { mode: "pull", delivered: true, read: false, pollSeconds: 30 },
} as const;

const pauses = (kind: "outcome" | "receipt", rounds: number) =>
  Array.from({ length: rounds }, (_, index) => pauseAfter(kind, index + 1, ABILITIES));

describe("a vendor that may have got something", () => {
  it("is not asked before it can know, and not behind its window", () => {
    expect(scheduleOf("outcome", ABILITIES)).toEqual({ firstSeconds: 60, windowSeconds: 3600 });
  });

  it("is asked in ten rounds with growing pauses, which take two hours", () => {
    const all = pauses("outcome", 10);
    expect(all.slice(0, 4)).toEqual([15, 30, 60, 120]);
    expect(all.at(-1)).toBeUndefined();
    const total = all.reduce<number>((sum, pause) => sum + (pause ?? 0), 0);
    expect(total).toBeGreaterThan(3600);
    expect(total).toBeLessThanOrEqual(2.5 * 3600);
  });

  it("that never got it has it sent again, unless nobody wants that any more", () => {
    const found = { messageState: "sending", isCancelledFor: false, hasMovedOn: false };
    expect(judgeNotFound(found)).toMatchObject({ state: "ready" });
    expect(judgeNotFound({ ...found, messageState: "paused" })).toMatchObject({ state: "ready" });
    expect(judgeNotFound({ ...found, messageState: "cancelled" })).toEqual({
      state: "cancelled",
      reason: "cancelled",
    });
    expect(judgeNotFound({ ...found, messageState: "expired", hasMovedOn: true })).toEqual({
      state: "expired",
      reason: "time_to_live_over",
    });
    const failed = { state: "failed", reason: "never_reached_vendor" };
    expect(judgeNotFound({ ...found, hasMovedOn: true })).toEqual(failed);
    expect(judgeNotFound({ ...found, hasMovedOn: true, isCancelledFor: true })).toEqual(failed);
    expect(judgeNotFound({ ...found, isCancelledFor: true })).toEqual({
      state: "cancelled",
      reason: "cancelled_for_user",
    });
  });
});

describe("a vendor that reports when it is asked", () => {
  it("is asked at intervals that grow to six hours", () => {
    expect(scheduleOf("receipt", ABILITIES)).toEqual({ firstSeconds: 30, windowSeconds: 3600 });
    expect(pauses("receipt", 3)).toEqual([60, 120, 240]);
    expect(pauses("receipt", 20).at(-1)).toBe(6 * 3600);
  });
});
