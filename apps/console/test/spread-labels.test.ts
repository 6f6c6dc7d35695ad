import { expect, test } from "vitest";
import { spreadLabels } from "#lib/ui/chart/spread-labels.ts";

const area = { top: 0, bottom: 200 };

test("leaves labels where they belong while there is room", () => {
  expect(spreadLabels([10, 80, 150], area)).toEqual([10, 80, 150]);
});

test("moves labels of equal values apart", () => {
  expect(spreadLabels([40, 40, 44], area)).toEqual([40, 56, 72]);
});

test("keeps labels at zero above the axis instead of writing over it", () => {
  expect(spreadLabels([60, 200, 200], area)).toEqual([60, 184, 200]);
});
