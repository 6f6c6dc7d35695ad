import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterFailure,
  type Candidate,
  chooseTurns,
  DAY_MS,
  DISABLE_AFTER_MS,
  type EndpointHealth,
  judgeAnswer,
  MIN_FAILURES_TO_DISABLE,
  nextTry,
  restAfter,
  TURNS_AT_ONCE,
} from "./callback.rules.ts";

const START = new Date("2026-03-01T08:00:00Z");
const at = (ms: number) => new Date(START.getTime() + ms);

describe("the answer to a call", () => {
  it("counts only when it is a 2xx", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const { isReceived } = judgeAnswer({ status, headers: {} });
        expect(isReceived).toBe(status >= 200 && status < 300);
      }),
    );
    expect(judgeAnswer({ error: "ambiguous" })).toMatchObject({ isReceived: false, error: "no_answer" });
    expect(judgeAnswer({ status: 302, headers: {} }).error).toBe("redirected");
    expect(judgeAnswer({ status: 410, headers: {} }).error).toBe("gone");
  });

  it("may ask for a rest of an hour at most, with a 429 or a 503", () => {
    const restOf = (status: number, retryAfter: string) =>
      judgeAnswer({ status, headers: { "retry-after": retryAfter } }).restMs;
    expect(restOf(429, "90")).toBe(90_000);
    expect(restOf(503, "999999999")).toBe(3_600_000);
    for (const word of ["-5", "1e9", "", "Wed, 21 Oct 2026 07:28:00 GMT"]) expect(restOf(503, word)).toBe(0);
    expect(restOf(500, "90")).toBe(0);
  });
});

describe("a call that fails", () => {
  it("is tried about thirteen times in its day, ever more seldom, and then given up", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (chances) => {
        const endsAt = at(DAY_MS);
        const tries = [START];
        for (const chance of chances) {
          const now = tries.at(-1) as Date;
          const next = nextTry(tries.length, { now, endsAt, restMs: 0, chance });
          if (!next) break;
          expect(next.getTime()).toBeGreaterThan(now.getTime());
          tries.push(next);
        }
        expect(tries.length).toBeGreaterThanOrEqual(12);
        expect(tries.length).toBeLessThanOrEqual(14);
        expect(tries.at(-1)?.getTime()).toBeLessThan(endsAt.getTime());
      }),
    );
  });

  it("is not tried again before the receiver wants it", () => {
    const next = nextTry(1, { now: START, endsAt: at(DAY_MS), restMs: 600_000, chance: 0.5 });
    expect(next).toEqual(at(600_000));
  });

  it("has its endpoint left alone for one second, then twice as long each time up to a minute", () => {
    expect([1, 2, 3, 6, 7, 8, 5_000].map(restAfter)).toEqual([
      1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });
});

describe("an endpoint", () => {
  it("is switched off only when nothing has got through for three days, ten times in a row", () => {
    const gaps = fc.array(fc.record({ ms: fc.integer({ min: 1, max: DAY_MS }), ok: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(gaps, (calls) => {
        let health: EndpointHealth = { failingSince: null, failureCount: 0 };
        let now = START;
        let sinceLast: Date[] = [];
        for (const { ms, ok } of calls) {
          now = new Date(now.getTime() + ms);
          if (ok) {
            health = { failingSince: null, failureCount: 0 };
            sinceLast = [];
            continue;
          }
          sinceLast.push(now);
          const { disabledReason, ...after } = afterFailure(health, 500, now);
          health = after;
          const forMs = now.getTime() - (sinceLast[0] as Date).getTime();
          const isDue = forMs >= DISABLE_AFTER_MS && sinceLast.length >= MIN_FAILURES_TO_DISABLE;
          expect(disabledReason).toBe(isDue ? "failing" : null);
        }
      }),
    );
  });

  it("that answers 410 is switched off at once", () => {
    expect(afterFailure({ failingSince: null, failureCount: 0 }, 410, START).disabledReason).toBe("gone");
  });
});

describe("turns", () => {
  const candidate = fc.record({
    tenantId: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
    endpointId: fc.integer({ min: 0, max: 60 }).map(String),
    isFailing: fc.boolean(),
  });

  it("leave room for others, whoever comes first", () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 80 }), (candidates) => {
        const chosen = chooseTurns(candidates, []);
        expect(chosen.length).toBeLessThanOrEqual(TURNS_AT_ONCE);
        expect(new Set(chosen.map(({ endpointId }) => endpointId)).size).toBe(chosen.length);
        expect(chosen.filter(({ isFailing }) => isFailing).length).toBeLessThanOrEqual(8);
        for (const tenant of "abcdefgh") {
          expect(chosen.filter(({ tenantId }) => tenantId === tenant).length).toBeLessThanOrEqual(4);
        }
      }),
    );
  });

  it("are not given to endpoints that have one", () => {
    const one: Candidate = { tenantId: "a", endpointId: "1", isFailing: false };
    expect(chooseTurns([one], [one])).toEqual([]);
  });
});
