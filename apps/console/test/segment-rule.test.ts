import { describe, expect, test } from "vitest";
import type { SegmentRule } from "#lib/api/client.ts";
import {
  checkRule,
  newCondition,
  newGroup,
  toGroupDraft,
  toRule,
} from "#lib/features/segments/rule-draft.ts";

const condition = (changes: object) => ({ ...newCondition(), attribute: "grade", ...changes });

describe("a rule in the editor", () => {
  test.each<[string, SegmentRule]>([
    [
      "conditions of every kind",
      {
        all: [
          { attribute: "city", op: "eq", value: "杭州" },
          { attribute: "score", op: "gte", value: 60 },
          { attribute: "room", op: "exists" },
          { attribute: "city", op: "in", value: ["杭州", "宁波"] },
          { hasTag: "tag_1" },
          { inDepartment: "dep_1", includeChildren: false },
        ],
      },
    ],
    [
      "groups in groups",
      { any: [{ all: [{ hasTag: "tag_1" }, { hasTag: "tag_2" }] }, { not: { hasTag: "tag_3" } }] },
    ],
    ["none of several", { not: { any: [{ hasTag: "tag_1" }, { hasTag: "tag_2" }] } }],
    ["not all of several", { all: [{ not: { all: [{ hasTag: "tag_1" }, { hasTag: "tag_2" }] } }] }],
  ])("comes back as it was: %s", (_, rule) => {
    expect(toRule(toGroupDraft(rule))).toEqual(rule);
  });

  test("a typed number may be meant as number or text, and is shown as one value again", () => {
    const rule = toRule(
      newGroup("all", [condition({ op: "eq", value: "3" }), condition({ op: "ne", value: "3" })]),
    );
    expect(rule).toEqual({
      all: [
        { attribute: "grade", op: "in", value: [3, "3"] },
        { not: { attribute: "grade", op: "in", value: [3, "3"] } },
      ],
    });
    expect(toGroupDraft(rule).parts).toMatchObject([
      { op: "eq", value: "3" },
      { op: "ne", value: "3" },
    ]);
  });

  test("asks for what is missing", () => {
    const group = newGroup("all", [
      condition({ attribute: " ", value: "x" }),
      condition({ op: "gt", value: "many" }),
    ]);
    const faulty = Object.entries(checkRule(group)).flatMap(([name, text]) =>
      text ? [name.split("/")[2]] : [],
    );
    expect(faulty).toEqual(["attribute", "value"]);
  });
});
