import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FAILURES,
  judgeTrial,
  LEAST_DELIVERIES,
  NO_COUNTS,
  TRIAL_SHARES,
  type Trial,
} from "./trial.rules.ts";

const HOUR_MS = 3_600_000;
const amount = fc.integer({ min: 0, max: 5_000 });
const counts = fc.record({
  accepted: amount,
  rejected: amount,
  config: amount,
  transient: amount,
  unknown: amount,
});
const trials: fc.Arbitrary<Trial> = fc.record({
  share: fc.constantFrom(...TRIAL_SHARES),
  ageMs: fc.integer({ min: 0, max: 20 * HOUR_MS }),
  old: counts,
  new: counts,
  isBlocked: fc.constant(false),
});
const failing = (share: number, of: number) => {
  const transient = Math.round(share * of);
  return { ...NO_COUNTS, accepted: of - transient, transient };
};
const fresh: Trial = { share: 5, ageMs: 0, old: NO_COUNTS, new: NO_COUNTS, isBlocked: false };

describe("a trial", () => {
  it("ends within eighteen hours, whatever is sent", () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 3, maxLength: 3 }), counts, (steps, old) => {
        let share = 5;
        for (const step of steps) {
          const verdict = judgeTrial({ ...fresh, share, ageMs: 6 * HOUR_MS, old, new: step });
          if (verdict.kind === "keep" || verdict.kind === "go_back") return;
          if (verdict.kind !== "raise") throw new Error("it went on");
          expect(verdict.share).toBeGreaterThan(share);
          share = verdict.share;
        }
        throw new Error("it never ended");
      }),
    );
  });

  it("never goes back for a version that fails no more often than the one before", () => {
    fc.assert(
      fc.property(trials, fc.integer({ min: 1, max: 20 }), (trial, times) => {
        const multiplied = Object.fromEntries(
          Object.entries(trial.old).map(([kind, count]) => [kind, count * times]),
        ) as Trial["new"];
        const small = Object.values(trial.old).reduce((sum, one) => sum + one, 0) < LEAST_DELIVERIES;
        fc.pre(!small);
        expect(judgeTrial({ ...trial, new: multiplied }).kind).not.toBe("go_back");
        expect(judgeTrial({ ...trial, new: { ...NO_COUNTS, accepted: times * 100 } }).kind).not.toBe(
          "go_back",
        );
      }),
    );
  });

  it("goes back when everything fails with the new version and hardly anything with the old one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FAILURES),
        fc.integer({ min: LEAST_DELIVERIES, max: 5_000 }),
        fc.integer({ min: 0, max: 5_000 }),
        fc.constantFrom(...TRIAL_SHARES),
        (failure, newCount, oldCount, share) => {
          const old = { ...NO_COUNTS, accepted: oldCount };
          const verdict = judgeTrial({ ...fresh, share, old, new: { ...NO_COUNTS, [failure]: newCount } });
          expect(verdict).toEqual({ kind: "go_back", because: failure });
        },
      ),
    );
  });

  it("is not saved by more failures of the same kind", () => {
    fc.assert(
      fc.property(
        trials,
        fc.constantFrom(...FAILURES),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trial, failure, part) => {
          const before = judgeTrial(trial);
          fc.pre(before.kind === "go_back" && before.because === failure);
          const more = Math.floor(trial.new.accepted * part);
          const worse = { ...trial.new, accepted: trial.new.accepted - more };
          worse[failure] += more;
          expect(judgeTrial({ ...trial, new: worse }).kind).toBe("go_back");
        },
      ),
    );
  });

  it("goes back at once from a version that is blocked", () => {
    fc.assert(
      fc.property(trials, (trial) => {
        expect(judgeTrial({ ...trial, isBlocked: true })).toEqual({ kind: "go_back", because: "blocked" });
      }),
    );
  });

  it("says nothing of a few deliveries, however they end", () => {
    const few = { ...NO_COUNTS, unknown: LEAST_DELIVERIES - 1 };
    expect(judgeTrial({ ...fresh, old: failing(0, 1_000), new: few })).toEqual({ kind: "go_on" });
  });

  it.each([
    ["a share after enough deliveries", { ...fresh, new: failing(0, 50) }, { kind: "raise", share: 25 }],
    ["the second share", { ...fresh, share: 25, new: failing(0, 200) }, { kind: "raise", share: 100 }],
    [
      "the last share by keeping the version",
      { ...fresh, share: 100, new: failing(0, 500) },
      { kind: "keep" },
    ],
    ["nothing before", { ...fresh, share: 100, new: failing(0, 499) }, { kind: "go_on" }],
    [
      "a vendor's bad day, which is both versions', like a good one",
      { ...fresh, old: failing(0.9, 1_000), new: failing(0.92, 60) },
      { kind: "raise", share: 25 },
    ],
    [
      "a difference that cannot be chance by going back",
      { ...fresh, old: failing(0.02, 1_000), new: failing(0.2, 100) },
      { kind: "go_back", because: "transient" },
    ],
  ] as const)("ends %s", (_, trial, verdict) => {
    expect(judgeTrial(trial)).toEqual(verdict);
  });
});
