import type { PlannedResponse, SettleInput } from "@tidings/sdk/plugin";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { settle } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const NUMBERS = ["+8613800138000", "+8613800138001", "+8613800138002"];

function respond(answer: object, status = 200): PlannedResponse {
  const refs = ["dlv_1", "dlv_2", "dlv_3"];
  return {
    id: "1",
    refs,
    context: { numbers: NUMBERS },
    status,
    headers: {},
    body: JSON.stringify({ Response: { ...answer, RequestId: "r" } }),
  };
}

const settleOne = (response: PlannedResponse, op: SettleInput["op"] = "send") =>
  settle({ op, responses: [response], settings: SETTINGS, now: 0 });

const taken = (number: string | undefined, serialNo: string) => ({
  PhoneNumber: number,
  SerialNo: serialNo,
  Code: "Ok",
  Message: "send success",
});
const refused = (number: string | undefined, code: string) => ({
  PhoneNumber: number,
  SerialNo: "",
  Code: code,
  Message: "no",
});

test("reads each number's own word, in whatever order they come", () => {
  const { results } = settleOne(
    respond({
      SendStatusSet: [
        taken(NUMBERS[2], "5000:3"),
        refused(NUMBERS[1], "FailedOperation.PhoneNumberInBlacklist"),
        taken(NUMBERS[0], "5000:1"),
      ],
    }),
  );
  expect(results).toEqual([
    { ref: "dlv_1", status: "accepted", vendorId: "5000:1" },
    { ref: "dlv_2", status: "rejected", code: "FailedOperation.PhoneNumberInBlacklist", detail: "no" },
    { ref: "dlv_3", status: "accepted", vendorId: "5000:3" },
  ]);
});

test("calls a number that the answer leaves out unknown, and one without a code too", () => {
  const { results } = settleOne(
    respond({ SendStatusSet: [taken(NUMBERS[0], "5000:1"), { PhoneNumber: NUMBERS[1] }, null] }),
  );
  expect(results.map(({ status }) => status)).toEqual(["accepted", "unknown", "unknown"]);
});

test.each([
  ["AuthFailure.SignatureFailure", "config", undefined],
  ["AuthFailure.SignatureExpire", "transient", undefined],
  ["UnauthorizedOperation.SerivceSuspendDueToArrears", "config", undefined],
  ["UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny", "rejected", undefined],
  ["FailedOperation.InsufficientBalanceInSmsPackage", "config", undefined],
  ["LimitExceeded.AppDailyLimit", "config", undefined],
  ["LimitExceeded.PhoneNumberDailyLimit", "rejected", undefined],
  ["LimitExceeded.PhoneNumberThirtySecondLimit", "transient", 30_000],
  ["RequestLimitExceeded", "throttled", 1000],
  ["RequestLimitExceeded.UinLimitExceeded", "throttled", 1000],
  ["InternalError.Timeout", "unknown", undefined],
  ["InternalError", "unknown", undefined],
  ["FailedOperation.TemplateUnapprovedOrNotExist", "rejected", undefined],
  ["SomethingNew", "rejected", undefined],
])("%s → %s, for a call as for a number", (code, status, retryAfterMs) => {
  const ofCall = settleOne(respond({ Error: { Code: code, Message: "no" } })).results;
  const ofNumber = settleOne(respond({ SendStatusSet: [refused(NUMBERS[0], code)] })).results[0];
  const said = { status, code, detail: "no", ...(retryAfterMs && { retryAfterMs }) };
  expect(ofCall).toEqual(["dlv_1", "dlv_2", "dlv_3"].map((ref) => ({ ref, ...said })));
  expect(ofNumber).toEqual({ ref: "dlv_1", ...said });
});

test("calls every server error unknown, whatever it says", () => {
  const { results } = settleOne(respond({ Error: { Code: "AuthFailure", Message: "" } }, 502));
  expect(results.map(({ status }) => status)).toEqual(["unknown", "unknown", "unknown"]);
});

test("has words for its own codes, and for all that stop a channel or suppress a number", () => {
  const own = [
    "invalid_e164_number",
    "invalid_parameter_list",
    "no_report",
    "unreadable_answer",
    "ambiguous",
  ];
  expect(Object.keys(manifest.errors)).toEqual(
    expect.arrayContaining([...own, ...Object.keys(manifest.suppresses)]),
  );
});

test("proves the settings by the statistics only", () => {
  const good = respond({ SendStatusStatistics: { FeeCount: 0, RequestCount: 0, RequestSuccessCount: 0 } });
  expect(settleOne(good, "verify").verification).toEqual({ ok: true });
  expect(settleOne(respond({}), "verify").verification).toEqual({ ok: false, code: "unreadable_answer" });
});
