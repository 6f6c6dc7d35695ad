import type { BillingRules } from "@tidings/sdk/plugin";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AMOUNT, formatAmount, isCurrency, parseAmount, sumByCurrency } from "./money.rules.ts";
import { countUnits } from "./units.rules.ts";

describe("amounts", () => {
  it.each([
    ["0", 0, "0.00"],
    ["0.045", 450, "0.045"],
    ["0.0001", 1, "0.0001"],
    ["12.5", 125_000, "12.50"],
    ["1000", 10_000_000, "1000.00"],
    ["999999999.9999", 9_999_999_999_999, "999999999.9999"],
  ])("reads %s as %d ten-thousandths and writes %s", (text, amount, written) => {
    expect(parseAmount(text)).toBe(amount);
    expect(formatAmount(amount)).toBe(written);
  });

  it("keeps every amount as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999_999 }), (amount) => {
        expect(parseAmount(formatAmount(amount))).toBe(amount);
      }),
    );
  });

  it.each(["", "-1", "1.", ".5", "1,5", "0.00001", "1e3", "１", "0x10", " 1"])("does not read %j", (text) => {
    expect(AMOUNT.test(text)).toBe(false);
  });

  it("never adds up different currencies", () => {
    const sums = sumByCurrency([
      { amount: 5, currency: "USD" },
      { amount: 1, currency: "CNY" },
      { amount: 2, currency: "CNY" },
    ]);
    expect(sums).toEqual([
      { amount: 3, currency: "CNY" },
      { amount: 5, currency: "USD" },
    ]);
  });

  it("knows the codes of currencies", () => {
    expect([isCurrency("CNY"), isCurrency("QQQ"), isCurrency("cny")]).toEqual([true, false, false]);
  });
});

describe("countUnits", () => {
  const billing: BillingRules = {
    unit: { zh: "计费条", en: "segment" },
    fields: ["text"],
    count: "code_points",
    single: 70,
    multi: 67,
    added: { length: 2, setting: "signName" },
  };
  const units = (length: number, rules: Partial<BillingRules> = {}) =>
    countUnits({ ...billing, ...rules }, { signName: "阳光小学" }, { text: "课".repeat(length) });

  it("counts the signature with its brackets", () => {
    // 4 characters and 2 brackets leave 64 of 70.
    expect([units(64), units(65)]).toEqual([1, 2]);
  });

  it("cuts a longer text into shorter units", () => {
    expect([units(128), units(129), units(195), units(196)]).toEqual([2, 3, 3, 4]);
  });

  it("takes a message for one unit without rules, and an empty one too", () => {
    expect(countUnits(undefined, {}, { text: "课".repeat(500) })).toBe(1);
    expect(countUnits(billing, {}, {})).toBe(1);
  });

  it("counts an emoji once by code points and twice by UTF-16", () => {
    const text = "🎒".repeat(40);
    const without: BillingRules = { ...billing, added: { length: 0 } };
    expect(countUnits(without, {}, { text })).toBe(1);
    expect(countUnits({ ...without, count: "utf16" }, {}, { text })).toBe(2);
  });

  it("adds the fields up", () => {
    const rules: BillingRules = { ...billing, fields: ["title", "text"], added: { length: 0 } };
    expect(countUnits(rules, {}, { title: "a".repeat(35), text: "b".repeat(36) })).toBe(2);
  });

  it("counts no message for more units than the database can hold the cost of", () => {
    expect(units(1_000_000)).toBe(200);
  });
});
