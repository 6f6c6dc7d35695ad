import { describe, expect, it } from "vitest";
import { completeCounts, daysOf, sumCounts } from "./statistics.rules.ts";

describe("daysOf", () => {
  it("counts both ends", () => {
    expect(daysOf({ from: "2025-02-27", to: "2025-03-01" })).toEqual([
      "2025-02-27",
      "2025-02-28",
      "2025-03-01",
    ]);
    expect(daysOf({ from: "2025-01-01", to: "2025-01-01" })).toHaveLength(1);
  });

  it("refuses a period that is reversed or longer than 92 days", () => {
    expect(() => daysOf({ from: "2025-01-02", to: "2025-01-01" })).toThrow("before it begins");
    expect(daysOf({ from: "2025-01-01", to: "2025-04-02" })).toHaveLength(92);
    expect(() => daysOf({ from: "2025-01-01", to: "2025-04-03" })).toThrow("93 days");
  });
});

describe("sumCounts", () => {
  it("adds measure by measure", () => {
    const sum = sumCounts([completeCounts({ targeted: 3, read: 1 }), completeCounts({ targeted: 2 })]);
    expect(sum).toEqual(completeCounts({ targeted: 5, read: 1 }));
    expect(sumCounts([])).toEqual(completeCounts({}));
  });
});
