import { expect, it } from "vitest";
import { SLICE_SIZE, sliceSizeOf } from "./slice-size.rules.ts";

const slicing = { most: SLICE_SIZE, channelCount: 2, isCapped: false, halvings: 0 };

it("a slice is smaller where caps are counted, the more channels it has", () => {
  expect(sliceSizeOf({ ...slicing, channelCount: 5 })).toBe(20_000);
  expect(sliceSizeOf({ ...slicing, channelCount: 1, isCapped: true })).toBe(20_000);
  expect(sliceSizeOf({ ...slicing, channelCount: 5, isCapped: true })).toBe(4_000);
});

it("a slice that was too large is tried at half the size, down to some hundred users", () => {
  const sizes = [0, 1, 2, 3, 10].map((halvings) => sliceSizeOf({ ...slicing, halvings }));
  expect(sizes).toEqual([20_000, 10_000, 5_000, 2_500, 500]);
  expect(sliceSizeOf({ ...slicing, most: 300, halvings: 10 })).toBe(300);
});
