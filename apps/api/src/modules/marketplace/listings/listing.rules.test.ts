import { describe, expect, it } from "vitest";
import { type JudgedListing, type JudgingPolicy, obstaclesOf } from "./listing.rules.ts";

const NOW = new Date("2026-03-03T12:00:00Z");
const POLICY: JudgingPolicy = {
  grades: ["silver", "gold"],
  minimumReleaseAgeHours: 48,
  allowListOnly: false,
};
const LISTING: JudgedListing = {
  registryKind: "own",
  grade: "gold",
  labels: ["verified"],
  listedAt: new Date("2026-03-01T11:00:00Z"),
  block: null,
  isAllowed: false,
};

const codes = (listing: Partial<JudgedListing>, policy: Partial<JudgingPolicy> = {}) =>
  obstaclesOf({ ...LISTING, ...listing }, { ...POLICY, ...policy }, NOW).map(({ code }) => code);

describe("what keeps a version from being installed", () => {
  it("is nothing where grade, age and labels are in order", () => expect(codes({})).toEqual([]));

  it.each([
    ["a block", { block: { reason: "steals" } }, {}, ["blocked"]],
    ["the label malicious", { labels: ["malicious"] }, {}, ["malicious"]],
    ["a grade that is not allowed", { grade: "bronze" }, {}, ["grade"]],
    ["no grade", { grade: null }, {}, ["grade"]],
    ["its age", { listedAt: new Date("2026-03-01T12:00:01Z") }, {}, ["release_age"]],
    ["an allow list without it", {}, { allowListOnly: true }, ["allow_list"]],
  ] as const)("is %s", (_, listing, policy, expected) => {
    expect(codes(listing, policy)).toEqual(expected);
  });

  it("is not the age of what ships with the installation", () => {
    expect(codes({ registryKind: "seed", listedAt: NOW })).toEqual([]);
  });

  it("is not the allow list where the plugin is on it", () => {
    expect(codes({ isAllowed: true }, { allowListOnly: true })).toEqual([]);
  });

  it("tells when the age is reached", () => {
    const [obstacle] = obstaclesOf({ ...LISTING, listedAt: NOW }, POLICY, NOW);
    expect(obstacle?.until).toEqual(new Date("2026-03-05T12:00:00Z"));
  });
});
