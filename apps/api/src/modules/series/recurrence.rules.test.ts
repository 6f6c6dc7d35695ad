import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toInstant, toWallClock } from "../../platform/zoned-time.ts";
import { judgeOccurrence, MAX_DAYS, nextOccurrence, occurrencesOf, type Repeat } from "./recurrence.rules.ts";

const clock = (text: string) => {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return (hours * 60 + minutes) * 60_000;
};

describe("a wall clock's time", () => {
  it.each([
    ["an ordinary day", "2026-11-24", "08:00", "Asia/Shanghai", "2026-11-24T00:00:00.000Z"],
    [
      "02:30 that does not exist is 03:30",
      "2026-03-29",
      "02:30",
      "Europe/Berlin",
      "2026-03-29T01:30:00.000Z",
    ],
    [
      "02:30 that exists twice is the first",
      "2026-10-25",
      "02:30",
      "Europe/Berlin",
      "2026-10-25T00:30:00.000Z",
    ],
    [
      "the same across the ocean, forward",
      "2026-03-08",
      "02:30",
      "America/New_York",
      "2026-03-08T07:30:00.000Z",
    ],
    [
      "the same across the ocean, back",
      "2026-11-01",
      "01:30",
      "America/New_York",
      "2026-11-01T05:30:00.000Z",
    ],
    ["a change of half an hour", "2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00.000Z"],
    ["midnight that does not exist", "2026-09-06", "00:00", "America/Santiago", "2026-09-06T04:00:00.000Z"],
    ["just before the change", "2026-03-29", "01:59", "Europe/Berlin", "2026-03-29T00:59:00.000Z"],
    ["just after the change", "2026-03-29", "03:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z"],
  ])("%s", (_, on, time, timeZone, instant) => {
    expect(toInstant(on, clock(time), timeZone).toISOString()).toBe(instant);
  });

  it("is found again from its instant, except in the hour that does not exist", () => {
    const zones = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 1500 }),
        fc.integer({ min: 0, max: 86_399 }),
        (timeZone, day, second) => {
          const on = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
          const shown = toWallClock(toInstant(on, second * 1000, timeZone), timeZone);
          const lateMs = shown.timeOfDayMs - second * 1000;
          expect(shown.on).toBe(on);
          expect([0, 1_800_000, 3_600_000]).toContain(lateMs);
        },
      ),
    );
  });
});

const days = (startsAt: string, timeZone: string, repeat: Repeat) =>
  occurrencesOf({ startsAt: new Date(startsAt), timeZone, repeat }).map(({ on }) => on);

describe("the days on which something recurs", () => {
  it.each<[string, string, Repeat, string[]]>([
    [
      "daily, with its last day",
      "2026-11-24T00:00:00Z",
      { kind: "daily", until: "2026-11-26" },
      ["2026-11-24", "2026-11-25", "2026-11-26"],
    ],
    [
      "weekly, from the first such day on",
      "2026-11-24T00:00:00Z",
      { kind: "weekly", weekdays: [1, 7], until: "2026-12-07" },
      ["2026-11-29", "2026-11-30", "2026-12-06", "2026-12-07"],
    ],
    [
      "the 31st is the last day of a shorter month",
      "2026-12-31T00:00:00Z",
      { kind: "monthly", day: 31, until: "2027-04-30" },
      ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"],
    ],
    [
      "the 29th of February in a leap year",
      "2028-01-30T00:00:00Z",
      { kind: "monthly", day: 30, until: "2028-03-30" },
      ["2028-01-30", "2028-02-29", "2028-03-30"],
    ],
    [
      "none when it ends before it begins",
      "2026-11-24T00:00:00Z",
      { kind: "daily", until: "2026-11-23" },
      [],
    ],
  ])("%s", (_, startsAt, repeat, expected) => {
    expect(days(startsAt, "Asia/Shanghai", repeat)).toEqual(expected);
  });

  it("are those of the zone, not of UTC", () => {
    expect(days("2026-11-24T20:00:00Z", "Asia/Shanghai", { kind: "daily", until: "2026-11-26" })).toEqual([
      "2026-11-25",
      "2026-11-26",
    ]);
  });

  it("keep the time of the day through summer time", () => {
    const found = occurrencesOf({
      startsAt: new Date("2026-03-28T01:30:00Z"),
      timeZone: "Europe/Berlin",
      repeat: { kind: "daily", until: "2026-03-30" },
    });
    expect(found.map(({ at }) => at.toISOString())).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  it("are in order, none twice, none before the start or after the end, and no more than a year's", () => {
    const until = fc.integer({ min: 0, max: 800 });
    const repeats = fc.oneof(
      fc.record({ kind: fc.constant("daily" as const) }),
      fc.record({
        kind: fc.constant("weekly" as const),
        weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      }),
      fc.record({ kind: fc.constant("monthly" as const), day: fc.integer({ min: 1, max: 31 }) }),
    );
    const zones = fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/Santiago");
    const start = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2029, 0, 1) });
    fc.assert(
      fc.property(start, zones, repeats, until, (startMs, timeZone, repeat, lastsDays) => {
        const last = new Date(startMs + lastsDays * 86_400_000).toISOString().slice(0, 10);
        const startsAt = new Date(startMs);
        const found = occurrencesOf({ startsAt, timeZone, repeat: { ...repeat, until: last } as Repeat });
        expect(found.length).toBeLessThanOrEqual(MAX_DAYS + 1);
        for (const [index, { on, at }] of found.entries()) {
          expect(at.getTime()).toBeGreaterThanOrEqual(startMs);
          expect(on <= last).toBe(true);
          const before = found[index - 1];
          if (!before) continue;
          expect(on > before.on).toBe(true);
          expect(at.getTime()).toBeGreaterThan(before.at.getTime());
        }
      }),
      { numRuns: 60 },
    );
  });
});

it("finds the next day behind a year of settled ones in one walk through the calendar", () => {
  let walks = 0;
  const recurrence = {
    get startsAt() {
      walks++;
      return new Date("2026-11-24T00:00:00Z");
    },
    timeZone: "Asia/Shanghai",
    repeat: { kind: "daily", until: "2027-11-23" } as const,
  };
  const days = occurrencesOf(recurrence).map(({ on }) => on);
  walks = 0;
  expect(nextOccurrence(recurrence, days[0], new Set(days.slice(1, -1)))?.on).toBe("2027-11-23");
  expect(nextOccurrence(recurrence, days[0], new Set(days))).toBeUndefined();
  expect(walks).toBe(2);
});

it("sends late for ten minutes, then misses; and waits for nobody's approval", () => {
  const at = new Date("2026-11-24T00:00:00Z");
  const after = (seconds: number) => new Date(at.getTime() + seconds * 1000);
  expect(judgeOccurrence(at, "active", after(0))).toBe("begin");
  expect(judgeOccurrence(at, "active", after(600))).toBe("begin");
  expect(judgeOccurrence(at, "active", after(601))).toBe("too_late");
  expect(judgeOccurrence(at, "pending_approval", after(0))).toBe("not_approved");
});
