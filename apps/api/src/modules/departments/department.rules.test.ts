import { describe, expect, it } from "vitest";
import { assertPlace, MAX_CHILDREN, MAX_DEPTH } from "./department.rules.ts";

/** A chain of departments, `1` at the top. */
const chain = (length: number) =>
  Array.from({ length }, (_, index) => ({ id: `${index + 1}`, parentId: index === 0 ? null : `${index}` }));

describe("the place of a department", () => {
  it("is anywhere below the top, down to the deepest level and no further", () => {
    expect(() => assertPlace(chain(MAX_DEPTH - 1), null, `${MAX_DEPTH - 1}`)).not.toThrow();
    expect(() => assertPlace(chain(MAX_DEPTH), null, `${MAX_DEPTH}`)).toThrow(/levels/);
  });

  it("is never below itself or what hangs below it", () => {
    for (const parentId of ["1", "2", "3"]) {
      expect(() => assertPlace(chain(3), "1", parentId)).toThrow(/below itself/);
    }
    expect(() => assertPlace(chain(3), "3", "1")).not.toThrow();
  });

  it("counts what comes along when a branch is moved", () => {
    const nodes = [...chain(MAX_DEPTH - 1), { id: "a", parentId: null }, { id: "b", parentId: "a" }];
    expect(() => assertPlace(nodes, "b", `${MAX_DEPTH - 1}`)).not.toThrow();
    expect(() => assertPlace(nodes, "a", `${MAX_DEPTH - 1}`)).toThrow(/levels/);
  });

  it("is taken when its parent has as many as it may, but for those that are there", () => {
    const full = Array.from({ length: MAX_CHILDREN }, (_, index) => ({ id: `c${index}`, parentId: null }));
    expect(() => assertPlace(full, null, null)).toThrow(/no more are possible/);
    expect(() => assertPlace(full, "c0", null)).not.toThrow();
  });
});
