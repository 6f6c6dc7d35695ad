import { describe, expect, test } from "vitest";
import { formatDate, formatExact, formatRelative } from "#lib/format/dates.ts";
import { formatDuration } from "#lib/format/durations.ts";
import { formatPercent } from "#lib/format/numbers.ts";

const instant = "2026-11-23T16:04:59Z";

describe("times", () => {
  test("are shown in the tenant's zone, which the exact time names", () => {
    expect(formatDate(instant, "date", "Asia/Shanghai")).toBe("2026年11月24日");
    expect(formatDate(instant, "date", "America/New_York")).toBe("2026年11月23日");
    expect(formatExact(instant, "Asia/Shanghai")).toBe("2026年11月24日 00:04:59 (Asia/Shanghai)");
  });

  test("are relative within a week, dates beyond", () => {
    const now = Date.parse(instant);
    expect(formatRelative(instant, now + 3 * 60_000)).toBe("3分钟前");
    expect(formatRelative(instant, now - 2 * 3_600_000)).toBe("2小时后");
    expect(formatRelative(instant, now + 8 * 86_400_000)).toMatch(/^2026年11月2[34]日$/);
  });
});

test.each([
  [0, "0秒"],
  [59.6, "1分钟"],
  [7530, "2小时 5分钟"],
  [90_061, "1天 1小时"],
])("%d seconds read %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("a share says 100% only when it is all", () => {
  expect(formatPercent(0.99999)).toBe("99.9%");
  expect(formatPercent(1)).toBe("100%");
});
