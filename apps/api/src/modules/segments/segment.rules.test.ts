import { describe, expect, it } from "vitest";
import {
  checkReferences,
  checkRuleSize,
  isShallow,
  MAX_CONDITIONS,
  MAX_RULE_DEPTH,
  pinRule,
  type SegmentRule,
} from "./segment.rules.ts";

const has: SegmentRule = { attribute: "grade", op: "exists" };
const nested = (depth: number): SegmentRule => (depth === 1 ? has : { not: nested(depth - 1) });
const known = { tags: new Map([["住校", "tag_1"]]), departments: new Map([["g1", "dep_1"]]) };

describe("the size of a rule", () => {
  it("is five levels and fifty conditions at most", () => {
    expect(checkRuleSize(nested(MAX_RULE_DEPTH))).toEqual([]);
    expect(checkRuleSize(nested(MAX_RULE_DEPTH + 1))).toMatchObject([{ code: "too_deep" }]);
    expect(checkRuleSize({ all: Array(MAX_CONDITIONS).fill(has) })).toEqual([]);
    const many = { any: [{ all: Array(MAX_CONDITIONS).fill(has) }, has] };
    expect(checkRuleSize(many)).toMatchObject([{ code: "too_many" }]);
  });

  it("is judged before a rule is read, however deep the value is", () => {
    let deep: unknown = {};
    for (let level = 0; level < 100_000; level++) deep = { not: deep };
    expect(isShallow(deep)).toBe(false);
    const widest = { all: [{ any: [{ all: [{ any: [{ attribute: "a", op: "in", value: ["x"] }] }] }] }] };
    expect(isShallow(widest)).toBe(true);
  });
});

describe("what a rule names", () => {
  it("is kept by id", () => {
    const rule: SegmentRule = {
      all: [{ hasTag: "住校" }, { not: { inDepartment: "g1", includeChildren: false } }, has],
    };
    expect(pinRule(rule, known)).toEqual({
      all: [{ hasTag: "tag_1" }, { not: { inDepartment: "dep_1", includeChildren: false } }, has],
    });
  });

  it("is pointed at where there is no such thing", () => {
    const rule: SegmentRule = {
      any: [{ hasTag: "走读" }, { not: { inDepartment: "g9", includeChildren: true } }],
    };
    expect(checkReferences(rule, known).map(({ pointer }) => pointer)).toEqual([
      "/rule/any/0/hasTag",
      "/rule/any/1/not/inDepartment",
    ]);
  });
});
