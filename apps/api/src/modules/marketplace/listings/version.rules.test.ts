import { describe, expect, it } from "vitest";
import { compareVersions, latestOf } from "./version.rules.ts";

/** Each is lower than the next; after https://semver.org, number 11. */
const RISING = [
  "0.9.0",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.10",
  "1.2.0",
  "2.0.0",
  "10.0.0",
];

describe("versions", () => {
  it("are ordered as semantic versions are", () => {
    const shuffled = [...RISING].sort();
    expect(shuffled.sort(compareVersions)).toEqual(RISING);
  });

  it("equal themselves", () => {
    for (const version of RISING) expect(compareVersions(version, version)).toBe(0);
  });

  it("have a latest, unless there are none", () => {
    expect(latestOf([{ version: "1.0.0" }, { version: "1.0.0-rc.1" }])).toEqual({ version: "1.0.0" });
    expect(latestOf([])).toBeUndefined();
  });
});
