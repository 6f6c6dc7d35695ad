import { describe, expect, it } from "vitest";
import { DEFAULT_CHANNELS_PER_KIND, DEFAULT_LIMITS, describeQuotas, quotaExceeded } from "./quota.rules.ts";

describe("describeQuotas", () => {
  it("lists every limit of the plan and every channel kind, also those without a row", () => {
    const kinds = describeQuotas([], ["email", "sms"], null).map(({ kind }) => kind);
    expect(kinds).toEqual([...Object.keys(DEFAULT_LIMITS), "channels:email", "channels:sms"]);
  });

  it("shows the row's use and limit where there is one, and an unused default elsewhere", () => {
    const quotas = describeQuotas([{ kind: "channels", used: 3, limit: 7 }], ["sms"], null);
    expect(quotas.find(({ kind }) => kind === "channels")).toMatchObject({ used: 3, limit: 7 });
    expect(quotas.find(({ kind }) => kind === "channels:sms")).toMatchObject({
      used: 0,
      limit: DEFAULT_CHANNELS_PER_KIND,
    });
  });

  it("takes the day's row, which comes last, before the endless one", () => {
    const rows = [
      { kind: "messages_per_day", used: 0, limit: 1_000 },
      { kind: "messages_per_day", used: 12, limit: 1_000 },
    ];
    expect(describeQuotas(rows, [], null).find(({ kind }) => kind === "messages_per_day")?.used).toBe(12);
  });
});

it("says which quota is full and how much is used", () => {
  const { type, message, options } = quotaExceeded("channels:sms", 5, 5);
  expect(type).toMatchObject({ code: "quota-exceeded", status: 409 });
  expect(message).toContain("channels:sms");
  expect(options.extensions).toEqual({ quota: "channels:sms", limit: 5, used: 5 });
});
