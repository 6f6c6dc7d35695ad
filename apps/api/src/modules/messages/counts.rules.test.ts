import { expect, it } from "vitest";
import type { MessageTotal } from "../statistics/index.ts";
import { countsOf, recipientsOf } from "./counts.rules.ts";

const total = (step: number, channelId: string, measure: MessageTotal["measure"], count: number) => ({
  messageId: "msg",
  step,
  channelId,
  measure,
  reason: "",
  count,
});

it("counts deliveries over all steps, and recipients once", () => {
  const totals = [
    total(0, "sms", "targeted", 12),
    total(0, "push", "targeted", 12),
    total(0, "sms", "suppressed", 1),
    total(1, "mail", "targeted", 1),
  ];
  expect(countsOf(totals).targeted).toBe(25);
  expect(recipientsOf(totals)).toBe(12);
});

it("has no recipients before they are worked out", () => {
  expect(recipientsOf([])).toBe(0);
});
