import { expect, it } from "vitest";
import { createHalvings } from "./halvings.ts";

it("remembers of some messages how often their slices were too large", () => {
  const halvings = createHalvings();
  halvings.add("a");
  halvings.add("a");
  expect([halvings.of("a"), halvings.of("b")]).toEqual([2, 0]);
  halvings.forget("a");
  expect(halvings.of("a")).toBe(0);
  for (let n = 0; n <= 1_000; n++) halvings.add(`m-${n}`);
  expect([halvings.of("m-0"), halvings.of("m-1000")]).toEqual([0, 1]);
});
