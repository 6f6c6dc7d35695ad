import { describe, expect, it } from "vitest";
import { setTimeZone } from "#lib/format/time-zone.svelte.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { newScript, type ScriptDraft, scriptErrors } from "../src/lib/features/policies/simulation-draft.ts";
import {
  newStart,
  type StartDraft,
  sentStart,
  startErrors,
} from "../src/lib/features/policies/simulation-start.ts";

setTimeZone("Asia/Shanghai");
const evening = new Date("2027-01-12T13:56:00Z");
const faultyIn = (errors: FieldErrors) => Object.keys(errors).filter((name) => errors[name]);
const faultyOf = (draft: StartDraft) => faultyIn(startErrors(draft));
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
    expect(faultyOf(draft)).toEqual([]);
    expect(faultyOf({ ...draft, at: "" })).toEqual(["start/on"]);
    expect(faultyOf({ ...draft, timeZone: " " })).toEqual(["start/timeZone"]);
    const windows = [{ from: "22:00", to: "07:00", weekdays: [] }];
    expect(faultyOf({ ...draft, own: { ...draft.own, mode: "own", windows } })).toEqual([
      "start/own/windows/0",
    ]);
    expect(faultyOf({ ...draft, isTimed: false, at: "" })).toEqual([]);
  });

  it("is in a zone that there is", () => {
    expect(faultyOf({ ...timed(), timeZone: " Europe/Berlin " })).toEqual([]);
    expect(faultyOf({ ...timed(), timeZone: "Europa/Berlin" })).toEqual(["start/timeZone"]);
  });
});

describe("what becomes of a channel", () => {
  const faulty = (script: Partial<ScriptDraft>) => faultyIn(scriptErrors("c", { ...newScript(), ...script }));

  it("needs whole seconds within thirty days, where its fate has any", () => {
    expect(faulty({})).toEqual([]);
    expect(faulty({ queuedSeconds: undefined })).toEqual(["simulation/c/queued"]);
    expect(faulty({ fate: "read", afterSeconds: -1, queuedSeconds: 1.5 })).toEqual([
      "simulation/c/after",
      "simulation/c/queued",
    ]);
    expect(faulty({ fate: "delivered", afterSeconds: 2_592_001 })).toEqual(["simulation/c/after"]);
    expect(faulty({ afterSeconds: undefined })).toEqual([]);
    expect(faulty({ fate: "no_address", queuedSeconds: undefined })).toEqual([]);
  });
});
