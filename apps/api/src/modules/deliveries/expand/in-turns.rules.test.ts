import { expect, it } from "vitest";
import { inTurns } from "./in-turns.rules.ts";

const groups = [
  [
    { tenantId: "a", of: 1 },
    { tenantId: "a", of: 2 },
  ],
  [{ tenantId: "b", of: 1 }],
  [
    { tenantId: "c", of: 1 },
    { tenantId: "c", of: 2 },
  ],
];
const names = (last: string) => inTurns(groups, last).map(({ tenantId, of }) => `${tenantId}${of}`);

it("gives every tenant a turn before any has a second", () => {
  expect(names("")).toEqual(["a1", "b1", "c1", "a2", "c2"]);
  expect(inTurns([], "")).toEqual([]);
});

it("begins behind the tenant that came last", () => {
  expect(names("a")).toEqual(["b1", "c1", "a1", "c2", "a2"]);
  expect(names("c")).toEqual(["a1", "b1", "c1", "a2", "c2"]);
});
