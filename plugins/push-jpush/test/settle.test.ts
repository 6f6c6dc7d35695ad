import type { PlannedResponse, SettleInput } from "@tidings/sdk/plugin";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { query, recall, settle } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

function respond(status: number, body: object | string, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { id: "1", refs: ["dlv_1", "dlv_2"], status, headers, body: text };
}

const refuse = (status: number, code: number, headers?: Record<string, string>) =>
  respond(status, { error: { code, message: "no" } }, headers);

const settleOne = (response: PlannedResponse, op: SettleInput["op"] = "send", settings = SETTINGS) =>
  settle({ op, responses: [response], settings, now: 0 });

test.each([
  [400, 1002, "rejected", undefined],
  [400, 1003, "rejected", undefined],
  [401, 1004, "config", undefined],
  [400, 1005, "rejected", undefined],
  [400, 1008, "config", undefined],
  [400, 1012, "transient", 60_000],
  [404, 1020, "config", undefined],
  [429, 2002, "throttled", 60_000],
  [403, 2003, "config", undefined],
  [403, 2004, "config", undefined],
  [403, 2005, "rejected", undefined],
  [403, 2007, "config", undefined],
  [400, 9999, "rejected", undefined],
])("HTTP %i with code %i → %s, for everybody in the push", (status, code, outcome, retryAfterMs) => {
  const said = { status: outcome, code: String(code), detail: "no", ...(retryAfterMs && { retryAfterMs }) };
  const { results } = settleOne(refuse(status, code));
  expect(results).toEqual(["dlv_1", "dlv_2"].map((ref) => ({ ref, ...said })));
});

test.each([
  [500, 1000],
  [503, 1030],
  [502, 1004],
])("calls HTTP %i unknown, even with code %i", (status, code) => {
  expect(settleOne(refuse(status, code)).results).toMatchObject([
    { status: "unknown", code: String(code) },
    { status: "unknown" },
  ]);
});

test("waits as long as the vendor says, and at least a second", () => {
  const waits = ["17", "0", "soon", ""].map(
    (reset) => settleOne(refuse(429, 2002, { "x-rate-limit-reset": reset })).results[0]?.retryAfterMs,
  );
  expect(waits).toEqual([17_000, 1000, 60_000, 60_000]);
});

test("keeps every digit of an id, as text or as a number", () => {
  for (const written of ['"123456789012345678"', "123456789012345678"]) {
    const { results } = settleOne(respond(200, `{"sendno":"0","msg_id":${written}}`));
    expect(results[0]).toEqual({ ref: "dlv_1", status: "accepted", batchVendorId: "123456789012345678" });
  }
});

test("calls devices dead only where nothing else can keep a push from them", () => {
  const codeFor = (change: object) =>
    settleOne(refuse(400, 1011), "send", { ...SETTINGS, ...change }).results[0]?.code;
  expect(codeFor({})).toBe("unknown_device");
  expect(codeFor({ audience: "alias" })).toBe("1011");
  expect(codeFor({ platforms: "ios" })).toBe("1011");
});

test("asks for no more than one push a call, with its id in full", () => {
  const sent = (n: number, change: object) => ({
    ref: `dlv_${n}`,
    batchRef: "bat_1",
    address: `device${n}`,
    sentAt: Date.UTC(2025, 0, 1, 15, 59, 59),
    ...change,
  });
  const [one, other] = ["123456789012345678", "123456789012345679"];
  const messages = [
    sent(1, { vendorId: one, batchVendorIds: [one] }),
    sent(2, { vendorId: other, batchVendorIds: [one] }),
    sent(3, { batchVendorIds: [one, other] }),
    sent(4, { vendorId: "not-a-number" }),
  ];
  const { requests, answers } = query({ messages, settings: SETTINGS, now: 0, seed: "" });
  expect(requests.map(({ refs }) => refs)).toEqual([["dlv_1"], ["dlv_2"]]);
  expect(requests[1]?.body).toBe(
    '{"msg_id":123456789012345679,"registration_ids":["device2"],"date":"2025-01-01"}',
  );
  expect(answers?.map(({ ref, code }) => [ref, code])).toEqual([
    ["dlv_3", "no_message_id"],
    ["dlv_4", "no_message_id"],
  ]);
  // Of the push that two messages shared only one is asked for, so it stays; the other went alone.
  const recalls = recall({ messages, settings: SETTINGS, now: 0, seed: "" });
  expect(recalls.requests.map(({ method, url }) => [method, url])).toEqual([
    ["DELETE", `https://api.jpush.cn/v3/push/${other}`],
  ]);
  expect(recalls.recalls?.map(({ code }) => code)).toEqual(["shared_push", "no_message_id", "no_message_id"]);
});

test("takes only the vendor's own word for a recall", () => {
  const statusOf = (response: PlannedResponse) => settleOne(response, "recall").recalls?.[0]?.status;
  expect(statusOf(respond(200, ""))).toBe("recalled");
  expect(statusOf(respond(200, {}))).toBe("recalled");
  expect(statusOf(respond(200, "<html></html>"))).toBe("unanswered");
  expect(statusOf(respond(503, ""))).toBe("unanswered");
  expect(statusOf(refuse(401, 1004))).toBe("unanswered");
  expect(statusOf(refuse(400, 1003))).toBe("failed");
});

test("has words for its own codes, and for all that stop a channel or suppress a device", () => {
  const own = [
    "invalid_registration_id",
    "invalid_alias",
    "invalid_extras",
    "unknown_device",
    "shared_push",
    "no_message_id",
    "delivery_not_checked",
    "alias_not_reported",
    "not_targeted",
    "status_unavailable",
    "unreadable_answer",
    "ambiguous",
  ];
  expect(Object.keys(manifest.errors)).toEqual(
    expect.arrayContaining([...own, ...Object.keys(manifest.suppresses)]),
  );
});
