import { expect, it } from "vitest";
import { type Followed, isOver } from "./progress.rules.ts";

const completedAt = new Date("2026-09-01T08:00:00Z");
const after = (seconds: number) => new Date(completedAt.getTime() + seconds * 1000);
const message = (
  state: Followed["state"],
  delivered: number,
  counts: Partial<Followed["counts"]> = {},
): Followed => ({
  state,
  completedAt: state === "completed" ? completedAt : null,
  counts: { valid: 5, submitted: 5, failed: 0, unknown: 0, cancelled: 0, expired: 0, ...counts },
  steps: [{ channels: [{ kind: "sms", counts: { submitted: 5, delivered, undelivered: 1 } }] }],
});
const reports = (kind: string) => kind === "sms";

it("is followed while it is under way, whatever has arrived", () => {
  expect(isOver(message("sending", 4), reports, after(0))).toBe(false);
  expect(isOver(message("paused", 4), reports, after(0))).toBe(false);
});

it("is followed after its end until receipts are in or overdue", () => {
  expect(isOver(message("completed", 3), reports, after(119))).toBe(false);
  expect(isOver(message("completed", 4), reports, after(1))).toBe(true);
  expect(isOver(message("completed", 3), reports, after(121))).toBe(true);
});

it("waits for no receipt of a kind that sends none, nor after it was called off", () => {
  expect(isOver(message("completed", 0), () => false, after(1))).toBe(true);
  expect(isOver(message("cancelled", 0), reports, after(1))).toBe(true);
});

it("is followed after it was called off until everything has ended that was under way", () => {
  const underWay = { submitted: 0, unknown: 1, cancelled: 3 };
  expect(isOver(message("cancelled", 0, underWay), reports, after(1))).toBe(false);
  expect(isOver(message("expired", 0, underWay), reports, after(1))).toBe(false);
  expect(isOver(message("cancelled", 0, { ...underWay, failed: 1 }), reports, after(1))).toBe(true);
  expect(isOver(message("rejected", 0, { valid: 0, submitted: 0 }), reports, after(1))).toBe(true);
});
