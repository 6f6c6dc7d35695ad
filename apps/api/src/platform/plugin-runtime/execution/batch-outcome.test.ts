import { expect, it } from "vitest";
import { BatchOutcome } from "./batch-outcome.ts";

it.each([
  [0, 0],
  [3, 3],
  [200, 200],
  [201, undefined],
  [-1, undefined],
  [1.5, undefined],
  ["2", undefined],
  [Number.NaN, undefined],
])("takes %j units that a vendor says it bills for %j", (said, taken) => {
  const outcome = new BatchOutcome(["a"], (text) => text);
  outcome.add([{ ref: "a", status: "accepted", units: said }]);
  const [result] = outcome.complete({ code: "missing", detail: "" });
  expect(result).toEqual({ ref: "a", status: "accepted", ...(taken !== undefined && { units: taken }) });
});
