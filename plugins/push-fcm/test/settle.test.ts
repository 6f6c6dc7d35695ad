import type { PlannedResponse, SettleInput } from "@tidings/sdk/plugin";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { JUDGED_CODES } from "../src/errors.ts";
import { settle } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

function settleOne(answer: object, op: SettleInput["op"] = "send") {
  const response = { id: "1", refs: ["dlv_1"], ...answer } as PlannedResponse;
  return settle({ op, responses: [response], settings: SETTINGS, now: 0 });
}

function refuse(status: number, code: string, message = "…", headers = {}) {
  const details = [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: code }];
  return {
    status,
    headers,
    body: JSON.stringify({ error: { code: status, message, status: "GENERAL", details } }),
  };
}

test.each([
  [404, "UNREGISTERED", "rejected"],
  [403, "SENDER_ID_MISMATCH", "rejected"],
  [400, "INVALID_ARGUMENT", "rejected"],
  [429, "QUOTA_EXCEEDED", "throttled"],
  [503, "UNAVAILABLE", "transient"],
  [500, "INTERNAL", "unknown"],
  [401, "THIRD_PARTY_AUTH_ERROR", "config"],
  [400, "SOMETHING_NEW", "rejected"],
  [500, "SOMETHING_NEW", "unknown"],
])("calls a %i with %s %s", (status, code, expected) => {
  expect(settleOne(refuse(status, code)).results).toMatchObject([{ status: expected, code, detail: "…" }]);
});

test("waits as long as the vendor says, and a while where it does not", () => {
  const pauseOf = (answer: object) => settleOne(answer).results[0]?.retryAfterMs;
  expect(pauseOf(refuse(429, "QUOTA_EXCEEDED", "…", { "retry-after": "90" }))).toBe(90_000);
  expect(pauseOf(refuse(503, "UNAVAILABLE", "…", { "retry-after": "5" }))).toBe(5_000);
  expect(pauseOf(refuse(429, "QUOTA_EXCEEDED"))).toBe(60_000);
  expect(pauseOf(refuse(503, "UNAVAILABLE"))).toBe(10_000);
  expect(pauseOf(refuse(404, "UNREGISTERED"))).toBeUndefined();
});

test("lets the others go on where one device has been sent too much", () => {
  const answer = refuse(429, "QUOTA_EXCEEDED", "Device message rate exceeded");
  expect(settleOne(answer).results).toMatchObject([{ status: "transient", code: "QUOTA_EXCEEDED" }]);
});

test("reads the general code where there is no other", () => {
  const body = JSON.stringify({ error: { code: 403, status: "PERMISSION_DENIED", message: "no" } });
  expect(settleOne({ status: 403, headers: {}, body }).results).toMatchObject([
    { status: "config", code: "PERMISSION_DENIED" },
  ]);
});

test("takes only a message's name for an acceptance", () => {
  const resultOf = (body: unknown) =>
    settleOne({ status: 200, headers: {}, body: JSON.stringify(body) }).results[0];
  expect(resultOf({ name: "projects/campus-app/messages/0:17%ab" })).toMatchObject({
    status: "accepted",
    vendorId: "0:17%ab",
  });
  expect(resultOf({ name: "no name" })).toMatchObject({ status: "unknown", code: "unreadable_answer" });
  expect(resultOf([])).toMatchObject({ status: "unknown" });
});

test("suppresses who has uninstalled the app, and nobody for what may be the channel's fault", () => {
  expect(Object.keys(manifest.suppresses)).toEqual(["UNREGISTERED"]);
});

test("has words for every code it knows", () => {
  expect(Object.keys(manifest.errors)).toEqual(
    expect.arrayContaining([...JUDGED_CODES, "unreadable_answer", "ambiguous", "not_sent", "blocked"]),
  );
});
