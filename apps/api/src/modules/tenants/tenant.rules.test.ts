import { describe, expect, it } from "vitest";
import { isTimeZone, localDay } from "./tenant.rules.ts";

describe("isTimeZone", () => {
  it.each(["Asia/Shanghai", "UTC", "PRC", "NZ", "EST5EDT", "America/Argentina/Buenos_Aires", "Etc/GMT+8"])(
    "knows %s",
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  it.each(["CTT", "ist", "SystemV/PST8"])("refuses %s, which the database does not have", (name) => {
    expect(() => new Intl.DateTimeFormat("en", { timeZone: name })).not.toThrow();
    expect(isTimeZone(name)).toBe(false);
  });

  it.each(["", "Asia/Shanghi", "+08:00", "Asia/", "Asia/Shanghai; drop", "../etc"])("refuses %j", (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe("localDay", () => {
  it("turns the day at the tenant's midnight, not at UTC's", () => {
    expect(localDay(new Date("2026-03-01T15:59:59Z"), "Asia/Shanghai")).toBe("2026-03-01");
    expect(localDay(new Date("2026-03-01T16:00:00Z"), "Asia/Shanghai")).toBe("2026-03-02");
  });
});
