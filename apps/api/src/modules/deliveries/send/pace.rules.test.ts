import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { burstOf, type Pace, perSecondOf, roomOf, usedUntil, visitOf, waitMs } from "./pace.rules.ts";

/** Asks by three dispatchers: how long after the ask before, by whom, and for how many. */
const asks = fc.array(
  fc.record({
    afterMs: fc.double({ min: 0, max: 400, noNaN: true }),
    wanted: fc.integer({ min: 1, max: 500 }),
  }),
  { minLength: 1, maxLength: 200 },
);
const rates = fc.double({ min: 0.05, max: 5000, noNaN: true });

/** What was let through, and when. */
function run(perSecond: number, sequence: { afterMs: number; wanted: number }[]) {
  const pace: Pace = { perSecond, usedUntilMs: 0 };
  let nowMs = 1_800_000_000_000;
  return sequence.map(({ afterMs, wanted }) => {
    nowMs += afterMs;
    const count = Math.min(wanted, roomOf(pace, nowMs));
    if (count > 0) pace.usedUntilMs = usedUntil(pace, count, nowMs);
    return { atMs: nowMs, count };
  });
}

describe("the pace of a message or channel", () => {
  it("never lets through more than rate × t + burst, in any span and for any interleaving", () => {
    fc.assert(
      fc.property(rates, asks, (perSecond, sequence) => {
        const events = run(perSecond, sequence);
        for (let from = 0; from < events.length; from++) {
          let total = 0;
          for (const { atMs, count } of events.slice(from)) {
            total += count;
            const seconds = (atMs - (events[from]?.atMs ?? 0)) / 1000;
            expect(total).toBeLessThanOrEqual(perSecond * seconds + burstOf(perSecond) + 1e-3);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has room again once the wait is over, and not a moment before", () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0, max: 1, noNaN: true }), (perSecond, share) => {
        const aheadMs = (share * burstOf(perSecond) * 1000) / perSecond;
        const nowMs = 1_800_000_000_000;
        const pace = { perSecond, usedUntilMs: nowMs + aheadMs };
        const wait = waitMs(pace, nowMs);
        expect(roomOf(pace, nowMs + wait + 0.01)).toBeGreaterThanOrEqual(1);
        if (wait > 1) expect(roomOf(pace, nowMs + wait - 1)).toBe(0);
      }),
    );
  });

  it("lets a sender who comes when it is told to have its whole rate", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2000, noNaN: true }), (perSecond) => {
        const startMs = 1_800_000_000_000;
        const pace: Pace = { perSecond, usedUntilMs: 0 };
        let total = 0;
        for (
          let nowMs = startMs;
          nowMs < startMs + 10_000;
          nowMs += Math.max(1, waitMs(pace, nowMs) + 0.01)
        ) {
          const count = roomOf(pace, nowMs);
          pace.usedUntilMs = usedUntil(pace, count, nowMs);
          total += count;
        }
        expect(total).toBeGreaterThan(perSecond * 9.9 - 1);
      }),
    );
  });

  it("goes by the rate that holds now, however slow it was before and however far the clock was set back", () => {
    const nowMs = 1_800_000_000_000;
    const usedUntilMs = usedUntil({ perSecond: 1 / 600, usedUntilMs: 0 }, 1, nowMs);
    expect(waitMs({ perSecond: 1 / 600, usedUntilMs }, nowMs)).toBe(600_000);
    expect(waitMs({ perSecond: 1 / 30, usedUntilMs }, nowMs)).toBeCloseTo(30_000);
    expect(waitMs({ perSecond: 100, usedUntilMs }, nowMs)).toBeCloseTo(10);
    expect(waitMs({ perSecond: 100, usedUntilMs: usedUntilMs + 3_600_000 }, nowMs)).toBeCloseTo(10);
    const lookedAt = { perSecond: 100, usedUntilMs: usedUntil({ perSecond: 100, usedUntilMs }, 0, nowMs) };
    expect(waitMs(lookedAt, nowMs + 10)).toBe(0);
  });

  it("keeps a place in the queue for one visit of a worker, and no more", () => {
    expect(visitOf(3, 2000)).toBe(burstOf(3));
    expect(visitOf(20, 2000)).toBe(100);
    expect(visitOf(20, 7)).toBe(7);
  });

  it("spreads over minutes what there is", () => {
    expect(perSecondOf({ overMinutes: 10 }, 6000)).toBe(10);
    expect(perSecondOf({ perSecond: 7 }, 6000)).toBe(7);
  });
});
