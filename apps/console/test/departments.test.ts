import { describe, expect, test } from "vitest";
import type { Department } from "#lib/api/client.ts";
import { idsWithin, visibleRows } from "#lib/features/departments/department-tree.ts";
import { inTreeOrder } from "#lib/words/department-order.ts";

const node = (id: string, parentId: string | null, childCount = 0) =>
  ({ id, parentId, childCount }) as Department;
const departments = [
  node("school", null, 2),
  node("g2", "school"),
  node("g1", "school", 1),
  node("g1-c1", "g1"),
];

describe("the tree", () => {
  test("is read from the top, neighbours in the order they were made", () => {
    expect(inTreeOrder(departments).map(({ id }) => id)).toEqual(["school", "g2", "g1", "g1-c1"]);
  });

  test("tells each line's level and place, and hides what is folded", () => {
    const rows = visibleRows(departments, (id) => id === "g1");
    expect(rows.map(({ department, level, place }) => [department.id, level, place])).toEqual([
      ["school", 1, 1],
      ["g2", 2, 1],
      ["g1", 2, 2],
    ]);
  });

  test("offers no place below oneself", () => {
    expect([...idsWithin(departments, "g1")]).toEqual(["g1", "g1-c1"]);
  });
});
