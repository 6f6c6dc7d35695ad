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
  expect(recipientsOf(totals, { kind: "all" })).toBe(12);
});

it("has no recipients before they are worked out", () => {
  expect(recipientsOf([], { kind: "all" })).toBe(0);
});

it("counts those of repeated deliveries whatever channel each goes by", () => {
  const audience = { kind: "deliveries", messageId: "msg", deliveryCount: 5, recipientCount: 4 } as const;
  const totals = [total(0, "sms", "targeted", 3), total(0, "mail", "targeted", 2)];
  expect(recipientsOf(totals, audience)).toBe(4);
  expect(recipientsOf([], audience)).toBe(0);
});
