import { describe, expect, it } from "vitest";
import { type KnownVersion, standingOf, versionBefore } from "./submission.rules.ts";

const KNOWN: KnownVersion[] = [
  { version: "1.0.0", sha256: "a", state: "withdrawn" },
  { version: "1.1.0", sha256: "b", state: "listed" },
  { version: "1.2.0", sha256: "c", state: "in_review" },
  { version: "2.0.0", sha256: "d", state: "refused" },
];

describe("a submission", () => {
  it.each([
    ["of a higher version is new", "1.3.0", "e", { kind: "new" }],
    ["of the same content is repeated", "1.1.0", "b", { kind: "repeated" }],
    ["of the same content is repeated though it was refused", "2.0.0", "d", { kind: "repeated" }],
    ["cannot change a version", "1.1.0", "x", { kind: "taken" }],
    ["cannot change a version that was refused", "2.0.0", "x", { kind: "taken" }],
    ["may not be lower than what waits for review", "1.1.5", "e", { kind: "not_higher", latest: "1.2.0" }],
  ])("%s", (_, version, sha256, expected) => {
    expect(standingOf({ version, sha256 }, KNOWN)).toEqual(expected);
  });

  it("is new where nothing is known", () => {
    expect(standingOf({ version: "0.1.0", sha256: "a" }, [])).toEqual({ kind: "new" });
  });

  it("is compared with the highest version that was listed below it", () => {
    expect(versionBefore("1.3.0", KNOWN)?.version).toBe("1.1.0");
    expect(versionBefore("1.1.0", KNOWN)?.version).toBe("1.0.0");
    expect(versionBefore("1.0.0", KNOWN)).toBeUndefined();
  });
});
