import { describe, expect, test } from "vitest";
import type { Counts, MessageDetail } from "#lib/api/client.ts";
import {
  isSettled,
  rateBetween,
  settledCount,
  unsentCount,
  wasBegun,
} from "#lib/features/messages/progress.rules.ts";

const none: Counts = {
  targeted: 0,
  valid: 0,
  submitted: 0,
  delivered: 0,
  undelivered: 0,
  read: 0,
  clicked: 0,
  suppressed: 0,
  failed: 0,
  unknown: 0,
  cancelled: 0,
  expired: 0,
  recalled: 0,
  wasted: 0,
};

const completedAt = "2026-11-23T10:00:00Z";
const messageWith = (counts: Partial<Counts>, state: MessageDetail["state"] = "completed") =>
  ({
    state,
    completedAt,
    createdAt: completedAt,
    counts: { ...none, ...counts },
    steps: [{ channels: [{ kind: "sms", counts: { ...none, ...counts } }] }],
  }) as MessageDetail;
const soon = Date.parse(completedAt) + 5_000;
const reports = () => true;

describe("a message under way", () => {
  test("has settled what was sent and what never will be", () => {
    const counts = { ...none, targeted: 10, submitted: 5, suppressed: 2, failed: 1 };
    expect(settledCount(counts)).toBe(8);
    expect(unsentCount(counts)).toBe(2);
  });

  test("is looked at until its receipts are in", () => {
    const waiting = messageWith({ targeted: 2, submitted: 2, delivered: 1 });
    expect(isSettled(messageWith({}, "sending"), reports, soon)).toBe(false);
    expect(isSettled(waiting, reports, soon)).toBe(false);
    expect(isSettled(messageWith({ submitted: 2, delivered: 1, undelivered: 1 }), reports, soon)).toBe(true);
  });

  test("is not waited for where no receipt ever comes, nor for ever", () => {
    const waiting = messageWith({ targeted: 2, submitted: 2 });
    expect(isSettled(waiting, () => false, soon)).toBe(true);
    expect(isSettled(waiting, reports, soon + 600_000)).toBe(true);
  });

  test("that ended before it began has no results", () => {
    expect(wasBegun(messageWith({}, "cancelled"))).toBe(false);
    expect(wasBegun(messageWith({ targeted: 3 }, "cancelled"))).toBe(true);
    expect(wasBegun(messageWith({}, "pending_approval"))).toBe(false);
    expect(wasBegun(messageWith({}, "expanding"))).toBe(true);
  });
});

test("the rate needs two readings", () => {
  expect(rateBetween(undefined, { at: 0, done: 5 })).toBeUndefined();
  expect(rateBetween({ at: 0, done: 5 }, { at: 2000, done: 25 })).toBe(10);
});
