import type { PlannedResponse, SettleInput } from "@tidings/sdk/plugin";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { JUDGED_REASONS } from "../src/errors.ts";
import { settle } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

function settleOne(answer: object, op: SettleInput["op"] = "send") {
  const response = { id: "1", refs: op === "send" ? ["dlv_1"] : [], ...answer } as PlannedResponse;
  return settle({ op, responses: [response], settings: SETTINGS, now: 0 });
}

const refuse = (status: number, reason: string, more: object = {}, headers = {}) => ({
  status,
  headers,
  body: JSON.stringify({ reason, ...more }),
});

test.each([
  [400, "BadDeviceToken", "rejected"],
  [400, "DeviceTokenNotForTopic", "rejected"],
  [410, "Unregistered", "rejected"],
  [410, "ExpiredToken", "rejected"],
  [413, "PayloadTooLarge", "rejected"],
  [400, "TopicDisallowed", "config"],
  [403, "InvalidProviderToken", "config"],
  [403, "ExpiredProviderToken", "transient"],
  [429, "TooManyProviderTokenUpdates", "throttled"],
  [429, "TooManyRequests", "transient"],
  [503, "ServiceUnavailable", "transient"],
  [500, "InternalServerError", "unknown"],
  [400, "SomethingNew", "rejected"],
  [500, "SomethingNew", "unknown"],
])("calls a %i with %s %s", (status, reason, expected) => {
  expect(settleOne(refuse(status, reason)).results).toMatchObject([{ status: expected, code: reason }]);
});

test("waits as long as the vendor says, and a while where it does not", () => {
  const pauseOf = (answer: object) => settleOne(answer).results[0]?.retryAfterMs;
  expect(pauseOf(refuse(429, "TooManyRequests", {}, { "retry-after": "7" }))).toBe(7_000);
  expect(pauseOf(refuse(429, "TooManyRequests"))).toBe(60_000);
  expect(pauseOf(refuse(429, "TooManyProviderTokenUpdates"))).toBe(1_200_000);
  expect(pauseOf(refuse(410, "Unregistered"))).toBeUndefined();
});

test("tells since when there is nobody behind a token", () => {
  expect(settleOne(refuse(410, "Unregistered", { timestamp: 1_735_787_045_000 })).results).toMatchObject([
    { detail: "Since 2025-01-02T03:04:05.000Z." },
  ]);
  expect(settleOne(refuse(410, "Unregistered", { timestamp: "long ago" })).results[0]).not.toHaveProperty(
    "detail",
  );
});

test("takes an empty answer for an acceptance only with the notification's id", () => {
  const id = "6f0f8a1c-2b3d-8e4f-9a5b-0c1d2e3f4a5b";
  expect(settleOne({ status: 200, headers: { "apns-id": id }, body: "" }).results).toMatchObject([
    { status: "accepted", vendorId: id },
  ]);
  expect(settleOne({ status: 200, headers: {}, body: "<html>" }).results).toMatchObject([
    { status: "unknown", code: "unreadable_answer" },
  ]);
});

test("proves the settings by nobody's being there, and by nothing else", () => {
  const verificationOf = (answer: object) => settleOne(answer, "verify").verification;
  expect(verificationOf(refuse(400, "BadDeviceToken"))).toEqual({ ok: true });
  expect(verificationOf(refuse(403, "InvalidProviderToken"))).toMatchObject({ ok: false });
  expect(verificationOf(refuse(400, "TopicDisallowed"))).toMatchObject({
    ok: false,
    code: "TopicDisallowed",
  });
  expect(verificationOf({ status: 200, headers: {}, body: "" })).toMatchObject({ ok: false });
});

test("suppresses no token that may only be the other environment's", () => {
  expect(Object.keys(manifest.suppresses)).toEqual(["Unregistered", "ExpiredToken"]);
});

test("has words for every reason it knows", () => {
  expect(Object.keys(manifest.errors)).toEqual(
    expect.arrayContaining([...JUDGED_REASONS, "unreadable_answer", "ambiguous", "not_sent", "blocked"]),
  );
});
