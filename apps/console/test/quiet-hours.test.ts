import { describe, expect, it } from "vitest";
import { capsErrors, newCap } from "../src/lib/features/frequency-caps/caps-form.ts";
import { dayBars } from "../src/lib/features/quiet-hours/day-bars.ts";
import {
  quietHoursErrors,
  quietHoursValues,
  sentQuietHours,
} from "../src/lib/features/quiet-hours/quiet-hours-form.ts";
import { capText, readCap } from "../src/lib/words/cap-text.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

describe("the bars of quiet hours", () => {
  it("show a night on both of its days, and days that look alike once", () => {
    expect(dayBars([{ from: "22:00", to: "07:00", weekdays: EVERY_DAY }])).toEqual([
      {
        weekdays: EVERY_DAY,
        spans: [
          { from: 0, to: 420 },
          { from: 1320, to: 1440 },
        ],
      },
    ]);
  });

  it("let a weekend's night reach into Monday, and nothing else", () => {
    const [monday, tuesday, , sunday] = dayBars([{ from: "22:00", to: "07:00", weekdays: [6, 7] }]);
    expect(monday).toEqual({ weekdays: [1], spans: [{ from: 0, to: 420 }] });
    expect(tuesday).toEqual({ weekdays: [2, 3, 4, 5], spans: [] });
    expect(sunday?.spans).toEqual([
      { from: 0, to: 420 },
      { from: 1320, to: 1440 },
    ]);
  });

  it("join windows that touch", () => {
    const windows = [
      { from: "12:00", to: "14:00", weekdays: EVERY_DAY },
      { from: "13:00", to: "15:00", weekdays: EVERY_DAY },
    ];
    expect(dayBars(windows)[0]?.spans).toEqual([{ from: 720, to: 900 }]);
  });
});

describe("quiet hours as a form has them", () => {
  const night = { from: "22:00", to: "07:00", weekdays: [1, 2] };

  it("come back as they were saved: none, some, or never", () => {
    for (const saved of [
      null,
      { timeZone: "Asia/Shanghai", windows: [night] },
      { timeZone: "Asia/Shanghai", windows: [] },
    ]) {
      expect(sentQuietHours(quietHoursValues(saved, "Asia/Shanghai"))).toEqual(saved);
    }
  });

  it("are checked only where they are set", () => {
    const values = quietHoursValues(null, "Asia/Shanghai");
    const faulty = { ...values, windows: [{ from: "", to: "07:00", weekdays: [] }] };
    expect(quietHoursErrors(faulty, "ofTenant/")).toEqual({});
    expect(quietHoursErrors({ ...faulty, mode: "own" }, "ofTenant/")).toHaveProperty("ofTenant/windows/0");
  });
});

describe("a cap in words", () => {
  it.each([
    ["3/24h", "每人每天最多 3 条消息"],
    ["3/24h sms", "每人每天最多 3 条短信"],
    ["1/168h * marketing", "每人每 7 天最多 1 条营销类消息"],
    ["2/5h sms service", "每人每 5 小时最多 2 条服务类短信"],
  ])("of %s is %s", (code, text) => {
    const cap = readCap(code);
    expect(cap && capText(cap, cap.channelKind ? "短信" : undefined)).toBe(text);
  });

  it("is none of what is no cap", () => {
    expect(readCap("user-1")).toBeUndefined();
  });
});

describe("caps", () => {
  const faultsOf = (...items: Parameters<typeof capsErrors>[0]["items"]) => {
    const errors = capsErrors({ items });
    return Object.keys(errors).filter((name) => errors[name]);
  };

  it("are told apart by window, kind and category; the later one of two is at fault", () => {
    expect(faultsOf(newCap(), { ...newCap(), hours: "1" }, { ...newCap(), category: "service" })).toEqual([]);
    expect(faultsOf(newCap(), { ...newCap(), channelKind: "sms" }, { ...newCap(), limit: 9 })).toEqual([
      "items/2/hours",
    ]);
  });

  it("need a whole number from one on", () => {
    expect(faultsOf({ ...newCap(), limit: 0 })).toEqual(["items/0/limit"]);
    expect(faultsOf({ ...newCap(), limit: 1.5 })).toEqual(["items/0/limit"]);
  });
});
