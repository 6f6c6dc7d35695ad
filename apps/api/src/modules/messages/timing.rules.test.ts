import { expect, it } from "vitest";
import { timingOf } from "./timing.rules.ts";

const beginsAt = new Date("2026-09-01T08:00:00Z");
const after = (seconds: number) => new Date(beginsAt.getTime() + seconds * 1000);
const base = { beginsAt, perSecond: null, expiresAt: null, channels: [{ count: 600, perSecond: null }] };

it("knows no end where nothing has a rate", () => {
  expect(timingOf(base)).toMatchObject({ beginsAt, endsAt: null, lateCount: 0 });
});

it("ends when the slowest rate is through, whether it is the message's or a channel's", () => {
  expect(timingOf({ ...base, perSecond: 10 }).endsAt).toEqual(after(60));
  const channels = [
    { count: 600, perSecond: 2 },
    { count: 100, perSecond: null },
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
