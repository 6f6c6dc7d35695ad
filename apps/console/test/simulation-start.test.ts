import { describe, expect, it } from "vitest";
import { setTimeZone } from "#lib/format/time-zone.svelte.ts";
import { isComplete, newStart, sentStart } from "../src/lib/features/policies/simulation-start.ts";

setTimeZone("Asia/Shanghai");
const evening = new Date("2027-01-12T13:56:00Z");
const timed = () => ({ ...newStart(evening), isTimed: true });

describe("when a simulation begins", () => {
  it("is at no time of the day until somebody says so, and then now, by the tenant's clock", () => {
    expect(sentStart(newStart(evening))).toBeUndefined();
    expect(sentStart(timed())).toEqual({
      on: "2027-01-12",
      timeOfDay: "21:56",
      timeZone: "Asia/Shanghai",
      category: "service",
    });
  });

  it("takes the user's own hours in the zone that was chosen, also none at all", () => {
    const draft = { ...timed(), timeZone: " Europe/Berlin ", quietHours: "drop" };
    const own = (mode: "own" | "never") => sentStart({ ...draft, own: { ...draft.own, mode } });
    expect(own("own")).toMatchObject({
      timeZone: "Europe/Berlin",
      quietHours: "drop",
      own: { timeZone: "Europe/Berlin", windows: [{ from: "22:00", to: "07:00" }] },
    });
    expect(own("never")?.own).toEqual({ timeZone: "Europe/Berlin", windows: [] });
  });

  it("cannot be asked for while something of it is missing", () => {
    const draft = timed();
    expect(isComplete(draft)).toBe(true);
    expect(isComplete({ ...draft, at: "" })).toBe(false);
    expect(isComplete({ ...draft, timeZone: " " })).toBe(false);
    const windows = [{ from: "22:00", to: "07:00", weekdays: [] }];
    expect(isComplete({ ...draft, own: { ...draft.own, mode: "own", windows } })).toBe(false);
    expect(isComplete({ ...draft, isTimed: false, at: "" })).toBe(true);
  });
});
