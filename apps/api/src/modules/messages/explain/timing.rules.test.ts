import { expect, it } from "vitest";
import { timingOf } from "./timing.rules.ts";

const beginsAt = new Date("2026-09-01T08:00:00Z");
const after = (seconds: number) => new Date(beginsAt.getTime() + seconds * 1000);
const base = {
  beginsAt,
  perSecond: null,
  expiresAt: null,
  channels: [{ count: 600, perSecond: null, deferred: [] }],
};

it("knows no end where nothing has a rate", () => {
  expect(timingOf(base)).toMatchObject({ beginsAt, endsAt: null, lateCount: 0 });
});

it("ends when the slowest rate is through, whether it is the message's or a channel's", () => {
  expect(timingOf({ ...base, perSecond: 10 }).endsAt).toEqual(after(60));
  const channels = [
    { count: 600, perSecond: 2, deferred: [] },
    { count: 100, perSecond: null, deferred: [] },
  ];
  expect(timingOf({ ...base, channels }).endsAt).toEqual(after(300));
  expect(timingOf({ ...base, channels, perSecond: 1 }).endsAt).toEqual(after(700));
});

it("counts what would still wait when the time to live is over", () => {
  expect(timingOf({ ...base, perSecond: 10, expiresAt: after(50) }).lateCount).toBe(100);
  expect(timingOf({ ...base, perSecond: 10, expiresAt: after(60) }).lateCount).toBe(0);
  expect(timingOf({ ...base, expiresAt: after(1) }).lateCount).toBe(0);
});

it("ends at once where there is nobody to send to", () => {
  expect(timingOf({ ...base, perSecond: 1, channels: [] })).toMatchObject({ endsAt: beginsAt, lateCount: 0 });
});

it("sends what waits behind what went before, and not before its time", () => {
  const waiting = (count: number, ...deferred: [seconds: number, count: number][]) => ({
    count,
    perSecond: null,
    deferred: deferred.map(([seconds, count]) => ({ until: after(seconds), count })),
  });
  const channels = [waiting(600, [1_000, 100], [50, 200])];
  expect(timingOf({ ...base, channels }).endsAt).toEqual(after(1_000));
  // 300 at once take until 30; 200 from 50 on until 70; 100 from 1000 on until 1010.
  expect(timingOf({ ...base, channels, perSecond: 10 }).endsAt).toEqual(after(1_010));
  // 300 take until 300; 200 until 500; 100 from 1000 on, of which 10 have left by 1010.
  const late = timingOf({ ...base, channels, perSecond: 1, expiresAt: after(1_010) });
  expect(late).toMatchObject({ endsAt: after(1_100), lateCount: 90 });
  const slow = [{ ...waiting(600, [50, 200]), perSecond: 2 }, waiting(10, [400, 10])];
  expect(timingOf({ ...base, channels: slow }).endsAt).toEqual(after(400));
});
