import { expect, test } from "vitest";
import { settle } from "../src/plugin.ts";
import { SETTINGS } from "./sender.ts";

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);

function settleOne(status: number, headers: Record<string, string> = {}) {
  const responses = [{ id: "dlv_1", refs: ["dlv_1"], status, headers, body: "" }];
  return settle({ op: "send", responses, settings: SETTINGS, now: NOW }).results[0];
}

test.each([
  [200, "accepted"],
  [204, "accepted"],
  [301, "config"],
  [400, "rejected"],
  [401, "config"],
  [403, "config"],
  [404, "rejected"],
  [408, "transient"],
  [410, "config"],
  [413, "rejected"],
  [422, "rejected"],
  [425, "transient"],
  [429, "throttled"],
  [500, "transient"],
  [503, "throttled"],
])("reads %i as %s", (status, outcome) => {
  expect(settleOne(status)?.status).toBe(outcome);
});

test.each([
  ["30", 30_000],
  ["Thu, 02 Jan 2025 03:04:35 GMT", 30_000],
  ["Thu, 02 Jan 2025 03:00:00 GMT", 0],
  ["99999999", 86_400_000],
  ["soon", undefined],
  ["-5", undefined],
])("waits as Retry-After %s asks", (value, waitMs) => {
  expect(settleOne(429, { "retry-after": value })?.retryAfterMs).toBe(waitMs);
});
