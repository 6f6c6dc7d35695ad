import { expect, it } from "vitest";
import { laterThan } from "./clock.ts";

it("takes a change for later than the one before, within a millisecond and when the clock was set back", () => {
  const before = new Date("2026-03-01T08:00:00.000Z");
  const next = new Date("2026-03-01T08:00:00.001Z");
  expect(laterThan(before, before)).toEqual(next);
  expect(laterThan(before, new Date("2026-03-01T07:00:00.000Z"))).toEqual(next);
  expect(laterThan(before, new Date("2026-03-01T09:00:00.000Z"))).toEqual(
    new Date("2026-03-01T09:00:00.000Z"),
  );
});
