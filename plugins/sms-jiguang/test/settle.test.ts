import type { PlannedResponse } from "@tidings/sdk/plugin";
import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { parseReceipt, settle } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const NUMBERS = ["13800138000", "13800138001"];

function respond(status: number, body: object): PlannedResponse {
  const recipients = NUMBERS.map((mobile) => ({ mobile, temp_para: {} }));
  const context = { common: { temp_id: 1 }, recipients };
  return { id: "1", refs: ["dlv_1", "dlv_2"], context, status, headers: {}, body: JSON.stringify(body) };
}

const settleOne = (response: PlannedResponse) =>
  settle({ op: "send", responses: [response], settings: SETTINGS, now: 0 });

test.each([
  [401, 50002, "config", undefined],
  [403, 50006, "rejected", undefined],
  [403, 50008, "config", undefined],
  [403, 50009, "transient", 60_000],
  [403, 50013, "rejected", undefined],
  [403, 50014, "config", undefined],
  [403, 50022, "rejected", undefined],
  [403, 50024, "rejected", undefined],
  [403, 50034, "rejected", undefined],
  [403, 50035, "config", undefined],
  [403, 50036, "config", undefined],
  [403, 50099, "rejected", undefined],
])("HTTP %i with code %i → %s, for a call as for a number", (status, code, outcome, retryAfterMs) => {
  const said = { status: outcome, code: String(code), detail: "no", ...(retryAfterMs && { retryAfterMs }) };
  const ofCall = settleOne(respond(status, { error: { code, message: "no" } })).results;
  expect(ofCall).toEqual(["dlv_1", "dlv_2"].map((ref) => ({ ref, ...said })));
  const recipients = [
    { mobile: NUMBERS[1], msg_id: "7", error_code: String(code), error_message: "no" },
    { mobile: NUMBERS[0], msg_id: "8" },
  ];
  expect(settleOne(respond(200, { recipients })).results).toEqual([
    { ref: "dlv_1", status: "accepted", vendorId: "8" },
    { ref: "dlv_2", ...said },
  ]);
});

test("sends singly what a batch cannot, whether it is refused as a whole or number by number", () => {
  const ofCall = settleOne(respond(403, { error: { code: 50025, message: "no" } }));
  expect(ofCall.results).toEqual([]);
  expect(ofCall.requests?.map(({ refs, url }) => [refs, url])).toEqual([
    [["dlv_1"], "https://api.sms.jpush.cn/v1/messages"],
    [["dlv_2"], "https://api.sms.jpush.cn/v1/messages"],
  ]);
});

test("calls every server error unknown, whatever it says", () => {
  const { results } = settleOne(respond(500, { error: { code: 50002, message: "" } }));
  expect(results.map(({ status }) => status)).toEqual(["unknown", "unknown"]);
});

test("has words for its own codes, and for all that suppress a number", () => {
  const own = ["invalid_number", "invalid_template_id", "invalid_variable", "unreadable_answer", "ambiguous"];
  expect(Object.keys(manifest.errors)).toEqual(
    expect.arrayContaining([...own, ...Object.keys(manifest.suppresses)]),
  );
});

test("never throws, whatever is called back", () => {
  const data = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
  const form = fc.record({ type: fc.constantFrom("SMS_REPORT", "SMS_REPLY", "x"), data });
  const body = fc.oneof(
    fc.string(),
    form.map((fields) => new URLSearchParams(fields).toString()),
  );
  fc.assert(
    fc.property(body, (text) => {
      const { reply } = parseReceipt({ headers: {}, query: {}, body: text, settings: SETTINGS, now: 0 });
      expect([200, 400]).toContain(reply.status);
    }),
  );
});
