import type { Grants } from "@tidings/sdk/package";
import { describe, expect, it } from "vitest";
import { changeOf, isAutomatic, stepBetween } from "./upgrade.rules.ts";

const GRANTS: Grants = { hosts: ["a.example"], settingsHosts: [], secrets: ["token"], abilities: ["send"] };
const from = { version: "1.2.3", grants: GRANTS };
const to = (version: string, grants: Partial<Grants> = {}) => ({ version, grants: { ...GRANTS, ...grants } });

describe("an upgrade", () => {
  it.each([
    ["1.2.3", "1.2.4", "patch"],
    ["1.2.3", "1.3.0", "minor"],
    ["1.2.3", "2.2.3", "major"],
    ["1.2.3-rc.1", "1.2.3", "patch"],
  ] as const)("from %s to %s is a %s one", (before, after, step) => {
    expect(stepBetween(before, after)).toBe(step);
  });

  it("needs consent when it is a major one or may do more, and not when it may do less", () => {
    expect(changeOf(from, to("1.2.4")).needsConsent).toBe(false);
    expect(changeOf(from, to("2.0.0")).needsConsent).toBe(true);
    expect(changeOf(from, to("1.2.4", { hosts: [] })).needsConsent).toBe(false);
    expect(changeOf(from, to("1.2.4", { abilities: ["query", "send"] }))).toEqual({
      step: "patch",
      widening: [{ kind: "abilities", value: "query" }],
      needsConsent: true,
    });
  });

  it.each([
    ["none", "1.2.4", false],
    ["patch", "1.2.4", true],
    ["patch", "1.3.0", false],
    ["minor", "1.2.4", true],
    ["minor", "1.3.0", true],
    ["minor", "2.0.0", false],
  ] as const)("with automatic upgrades of %s to %s is taken without asking: %s", (mode, version, isTaken) => {
    expect(isAutomatic(mode, changeOf(from, to(version)))).toBe(isTaken);
    expect(isAutomatic(mode, changeOf(from, to(version, { hosts: ["b.example"] })))).toBe(false);
  });
});
