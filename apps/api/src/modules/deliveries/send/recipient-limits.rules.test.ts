import type { RecipientLimit } from "@tidings/sdk/plugin";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignRoom, findNoRoom } from "./recipient-limits.rules.ts";

const MINUTE: RecipientLimit = { messages: 3, seconds: 60 };
const HOUR: RecipientLimit = { messages: 5, seconds: 3600 };

/** One to three limits, each wider than the one before. */
const limits = fc
  .array(fc.record({ messages: fc.integer({ min: 1, max: 4 }), seconds: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((steps) => {
    let last = { messages: 0, seconds: 0 };
    return steps.map((step) => {
      last = { messages: last.messages + step.messages, seconds: last.seconds + step.seconds };
      return last;
    });
  });

/** The most moments within a window that begins with one of them; at its end it is over. */
function busiest(moments: readonly number[], seconds: number): number {
  const inWindowFrom = (from: number) =>
    moments.filter((moment) => moment >= from && moment < from + seconds * 1000).length;
  return Math.max(0, ...moments.map(inWindowFrom));
}

describe("a recipient's room at the vendor", () => {
  it("is there until a limit is reached, and again when the first in its window has left it", () => {
    expect(findNoRoom([MINUTE], [-50_000, -20_000])).toBeUndefined();
    expect(findNoRoom([MINUTE], [-50_000, -20_000, 0])).toEqual({ limit: MINUTE, inMs: 10_000 });
    expect(findNoRoom([MINUTE], [-60_000, -20_000, 0])).toBeUndefined();
  });

  it("names the limit that keeps it back longest", () => {
    const moments = [-3_000_000, -2_000_000, -50_000, -20_000, 0];
    expect(findNoRoom([MINUTE, HOUR], moments)).toEqual({ limit: HOUR, inMs: 600_000 });
  });

  it("is each address's own, and given in the order of the messages", () => {
    const messages = ["a", "a", "b", "a", "a", "a"].map((address, message) => ({ message, address }));
    const { going, waiting } = assignRoom([MINUTE], messages, new Map([["a", [-30_000]]]));
    expect(going).toEqual([0, 1, 2]);
    expect(waiting.map(({ message, inMs }) => [message, inMs])).toEqual([
      [3, 30_000],
      [4, 60_000],
      [5, 60_000],
    ]);
  });

  it("never lets a window see more than its limit, and keeps nothing back without need", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(limits, gaps, (some, afterMs) => {
        let now = 0;
        const sent: number[] = [];
        for (const gap of afterMs) {
          now += gap;
          const noRoom = findNoRoom(
            some,
            sent.map((at) => at - now),
          );
          const exceeds = some.some(({ messages, seconds }) => busiest([...sent, now], seconds) > messages);
          expect(noRoom !== undefined).toBe(exceeds);
          if (!noRoom) sent.push(now);
        }
      }),
    );
  });

  it("is promised to what waits so that all may go when they are due", () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 40 }), (some, count) => {
        const messages = Array.from({ length: count }, (_, message) => ({ message, address: "a" }));
        const { going, waiting } = assignRoom(some, messages, new Map());
        const moments = [...going.map(() => 0), ...waiting.map(({ inMs }) => inMs)];
        expect(moments).toHaveLength(count);
        for (const { messages: most, seconds } of some)
          expect(busiest(moments, seconds)).toBeLessThanOrEqual(most);
      }),
    );
  });
});
