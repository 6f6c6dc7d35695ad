import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toInstant, toWallClock } from "../../platform/zoned-time.ts";
import {
  checkQuietHours,
  defaultChoice,
  fingerprintOf,
  judgeQuietHours,
  meetQuietHours,
  type QuietHours,
  quietUntil,
} from "./quiet-hours.rules.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const hours = (from: string, to: string, timeZone = "Asia/Shanghai", weekdays = EVERY_DAY): QuietHours => ({
  timeZone,
  windows: [{ from, to, weekdays }],
});
const endOf = (quietHours: QuietHours, at: string) => quietUntil(quietHours, new Date(at))?.toISOString();

describe("quiet hours across midnight", () => {
  const night = hours("22:00", "07:00");
  it.each([
    ["the last moment before", "2026-11-25T21:59:59.999+08:00", undefined],
    ["their first moment", "2026-11-25T22:00:00.000+08:00", "2026-11-25T23:00:00.000Z"],
    ["before midnight", "2026-11-25T23:30:00.000+08:00", "2026-11-25T23:00:00.000Z"],
    ["after midnight", "2026-11-26T05:30:00.000+08:00", "2026-11-25T23:00:00.000Z"],
    ["their last moment", "2026-11-26T06:59:59.999+08:00", "2026-11-25T23:00:00.000Z"],
    ["the moment they end", "2026-11-26T07:00:00.000+08:00", undefined],
  ])("at %s", (_, at, end) => {
    expect(endOf(night, at)).toBe(end);
  });

  it("belong to the day on which they begin", () => {
    const friday = hours("22:00", "07:00", "Asia/Shanghai", [5]);
    expect(endOf(friday, "2026-11-28T01:00:00+08:00")).toBe("2026-11-27T23:00:00.000Z");
    expect(endOf(friday, "2026-11-27T01:00:00+08:00")).toBeUndefined();
  });
});

describe("quiet hours where the clocks change", () => {
  it.each([
    [
      "02:30 that does not exist ends at 03:30",
      "22:00",
      "02:30",
      "2026-03-29T00:59:00Z",
      "2026-03-29T01:30:00.000Z",
    ],
    [
      "02:30 that exists twice ends at the first",
      "22:00",
      "02:30",
      "2026-10-25T00:10:00Z",
      "2026-10-25T00:30:00.000Z",
    ],
    ["the second 02:15 is after the end", "22:00", "02:30", "2026-10-25T01:15:00Z", undefined],
    ["a night is an hour shorter", "22:00", "07:00", "2026-03-28T21:00:00Z", "2026-03-29T05:00:00.000Z"],
    ["a night is an hour longer", "22:00", "07:00", "2026-10-24T20:00:00Z", "2026-10-25T06:00:00.000Z"],
  ])("in Berlin: %s", (_, from, to, at, end) => {
    expect(endOf(hours(from, to, "Europe/Berlin"), at)).toBe(end);
  });

  it.each([
    ["a night is an hour shorter", "2026-03-08T04:00:00Z", "2026-03-08T11:00:00.000Z"],
    ["a night is an hour longer", "2026-11-01T03:00:00Z", "2026-11-01T12:00:00.000Z"],
  ])("in New York: %s", (_, at, end) => {
    expect(endOf(hours("22:00", "07:00", "America/New_York"), at)).toBe(end);
  });
});

describe("several windows", () => {
  it("that touch or overlap are one stretch", () => {
    const quietHours = {
      timeZone: "Asia/Shanghai",
      windows: [
        { from: "12:00", to: "14:00", weekdays: EVERY_DAY },
        { from: "14:00", to: "15:00", weekdays: EVERY_DAY },
        { from: "14:30", to: "16:00", weekdays: EVERY_DAY },
      ],
    };
    expect(endOf(quietHours, "2026-11-25T12:30:00+08:00")).toBe("2026-11-25T08:00:00.000Z");
  });

  it("of whole days last over them", () => {
    const weekend = hours("00:00", "00:00", "Asia/Shanghai", [6, 7]);
    expect(endOf(weekend, "2026-11-28T10:00:00+08:00")).toBe("2026-11-29T16:00:00.000Z");
  });
});

const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Shanghai"];
const time = fc
  .integer({ min: 0, max: 287 })
  .map((step) => new Date(step * 300_000).toISOString().slice(11, 16));
const anyHours = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  windows: fc.array(
    fc.record({
      from: time,
      to: time,
      weekdays: fc.uniqueArray(fc.constantFrom(...EVERY_DAY), { minLength: 1, maxLength: 7 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
/** Moments close to changes of the clocks, and any others of two years. */
const CHANGES = [
  "2026-03-29T01:00:00Z",
  "2026-10-25T01:00:00Z",
  "2026-03-08T07:00:00Z",
  "2026-11-01T06:00:00Z",
];
const anyMoment = fc
  .oneof(
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) }),
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -1500, max: 1500 }))
      .map(([change, minutes]) => Date.parse(change) + minutes * 60_000),
  )
  .map((ms) => new Date(ms));

/** By definition: some day's window holds the moment. */
function isQuiet({ timeZone, windows }: QuietHours, at: Date): boolean {
  const msOf = (text: string) => Date.parse(`1970-01-01T${text}:00Z`);
  const today = Date.parse(toWallClock(at, timeZone).on);
  return [-2, -1, 0, 1].some((days) => {
    const day = new Date(today + days * 86_400_000);
    return windows.some(({ from, to, weekdays }) => {
      if (!weekdays.includes(day.getUTCDay() || 7)) return false;
      const on = day.toISOString().slice(0, 10);
      const toMs = msOf(to) > msOf(from) ? msOf(to) : msOf(to) + 86_400_000;
      return toInstant(on, msOf(from), timeZone) <= at && at < toInstant(on, toMs, timeZone);
    });
  });
}

describe("any quiet hours at any moment", () => {
  it("let it through, or name the first moment that they let through", () => {
    fc.assert(
      fc.property(anyHours, anyMoment, (quietHours, at) => {
        fc.pre(checkQuietHours(quietHours, "").length === 0);
        const until = quietUntil(quietHours, at);
        expect(until !== undefined).toBe(isQuiet(quietHours, at));
        if (!until) return;
        expect(until > at).toBe(true);
        expect(isQuiet(quietHours, until)).toBe(false);
        for (let ms = at.getTime(); ms < until.getTime(); ms += 3_600_000) {
          expect(isQuiet(quietHours, new Date(ms))).toBe(true);
        }
        expect(isQuiet(quietHours, new Date(until.getTime() - 1))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("whose quiet hours it is", () => {
  const night = hours("22:00", "07:00");
  const never = { timeZone: "Asia/Shanghai", windows: [] };
  const late = new Date("2026-11-25T23:00:00+08:00");
  const morning = new Date("2026-11-26T07:00:00+08:00");

  it("is nobody's without settings, and outside of all windows", () => {
    expect(judgeQuietHours({ ofTenant: null, ofCategories: {} }, [], late)).toBeUndefined();
    expect(judgeQuietHours({ ofTenant: night, ofCategories: {} }, [], morning)).toBeUndefined();
  });

  it("is a category's own rather than the tenant's, and a user's own rather than either", () => {
    const early = hours("20:00", "09:00");
    const judged = judgeQuietHours(
      { ofTenant: night, ofCategories: { marketing: early, service: never } },
      [
        { fingerprint: "own", quietHours: early },
        { fingerprint: "none", quietHours: never },
      ],
      late,
    );
    const nine = new Date("2026-11-26T09:00:00+08:00");
    expect(judged).toEqual({
      byCategory: { critical: morning, marketing: nine },
      byFingerprint: { own: nine },
      hasOwn: true,
      coversCritical: false,
    });
  });

  it("lets a critical message through by default, unless the tenant has set them for it", () => {
    expect(defaultChoice("critical", { coversCritical: false })).toBe("ignore");
    expect(defaultChoice("critical", { coversCritical: true })).toBe("defer");
    expect(defaultChoice("service", { coversCritical: false })).toBe("defer");
  });

  it("is told by the same fingerprint whatever the order of the fields", () => {
    const { timeZone, windows } = night;
    expect(fingerprintOf({ windows, timeZone })).toBe(fingerprintOf(night));
    expect(fingerprintOf(never)).not.toBe(fingerprintOf(night));
  });
});

it("refuses windows that would never let anything through", () => {
  expect(checkQuietHours(hours("00:00", "00:00"), "/ofTenant")).toMatchObject([
    { pointer: "/ofTenant/windows", code: "never_over" },
  ]);
  expect(checkQuietHours(hours("08:00", "07:00"), "")).toEqual([]);
});

describe("the quiet hours that a message meets", () => {
  const settings = fc.record({
    ofTenant: fc.option(anyHours),
    ofCategories: fc.record(
      { critical: anyHours, service: anyHours, marketing: anyHours },
      { requiredKeys: [] },
    ),
  });
  const subject = fc.record({
    category: fc.constantFrom("critical" as const, "service" as const, "marketing" as const),
    choice: fc.constantFrom("defer" as const, "drop" as const, "ignore" as const, undefined),
    own: fc.option(anyHours, { nil: undefined }),
  });

  it("are those that whatever sends would find for the same user at the same moment", () => {
    fc.assert(
      fc.property(settings, subject, anyMoment, (settings, { category, choice, own }, at) => {
        const met = meetQuietHours(settings, { category, choice, own }, at);
        const shared = own ? [{ fingerprint: "own", quietHours: own }] : [];
        const now = judgeQuietHours(settings, shared, at);
        expect(met?.endsAt).toEqual(own ? now?.byFingerprint.own : now?.byCategory[category]);
        if (met && now) expect(met.choice).toBe(choice ?? defaultChoice(category, now));
      }),
      { numRuns: 300 },
    );
  });

  it("say whose they are and in which zone", () => {
    const night = hours("22:00", "07:00");
    const berlin = hours("00:00", "23:00", "Europe/Berlin");
    const late = new Date("2026-11-25T23:00:00+08:00");
    const ofAll = { ofTenant: night, ofCategories: { marketing: berlin } };
    const whose = (category: "service" | "marketing", own?: QuietHours) => {
      const met = meetQuietHours(ofAll, { category, choice: undefined, own }, late);
      return met && [met.of, met.timeZone, met.endsAt.toISOString(), met.choice];
    };
    expect(whose("service")).toEqual(["tenant", "Asia/Shanghai", "2026-11-25T23:00:00.000Z", "defer"]);
    expect(whose("marketing")).toEqual(["category", "Europe/Berlin", "2026-11-25T22:00:00.000Z", "defer"]);
    expect(whose("marketing", night)?.[0]).toBe("user");
    expect(whose("marketing", { timeZone: "Asia/Shanghai", windows: [] })).toBeUndefined();
  });
});
