import type { OutboundMessage, ReceiptEvent, SendResult } from "@tidings/sdk/plugin";
import {
  fetchAnswer,
  runBatch,
  runQuery,
  runVerify,
  type Simulator,
  startReceiver,
} from "@tidings/sdk/testing";
import { afterEach, expect, test, vi } from "vitest";
import { type SmsSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeBatch, makeMessage } from "./messages.ts";
import { makeSender, signTc3 } from "./tc3.ts";

/** Seldom enough for the vendor's twenty questions a second. */
const PATIENCE = { timeout: 10_000, interval: 250 };

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: SmsSimulatorOptions = {}): Promise<SmsSimulatorOptions> {
  const fast = { receiptDelayMs: 10, retryDelaysMs: [20, 20], ...options };
  simulator = await startSimulator(fast);
  return fast;
}

function settings() {
  const { secretId, secretKey, ...rest } = simulator.settings;
  return rest;
}

async function send(messages = [makeMessage(1)], timeoutMs?: number): Promise<SendResult[]> {
  const batch = makeBatch(messages, { settings: settings() });
  return runBatch(plugin, batch, makeSender(simulator.settings, timeoutMs));
}

test("delivers a text to a phone, with the parameters in their places", async () => {
  await start();
  const content = { templateId: "1110004", parameters: "name, course, time, place", text: "" };
  const variables = { place: "三教 201", time: "8 点", course: "高等数学", name: "王芳" };
  const [result] = await send([makeMessage(1, { content, variables })]);
  expect(result).toMatchObject({ ref: "dlv_1", status: "accepted", vendorId: expect.any(String) });
  expect(simulator.received()).toMatchObject([
    {
      to: "+8613811111001",
      text: "【知行学校】王芳同学，高等数学将于8 点在三教 201上课，请准时参加。",
      ref: "dlv_1",
    },
  ]);
});

test("takes 200 numbers in one call, each with a serial number of its own", async () => {
  await start({ callLimits: { SendSms: 1 } });
  const results = await send(Array.from({ length: 200 }, (_, index) => makeMessage(index)));
  expect(results.every(({ status }) => status === "accepted")).toBe(true);
  expect(new Set(results.map(({ vendorId }) => vendorId)).size).toBe(200);
});

test("sends the others when some numbers of a call are refused", async () => {
  await start();
  const endings = ["1234", "9999", "7777", "6666"];
  const results = await send(endings.map((end, index) => makeMessage(index, { address: `1381111${end}` })));
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ["accepted", undefined],
    ["rejected", "InvalidParameterValue.IncorrectPhoneNumber"],
    ["rejected", "LimitExceeded.PhoneNumberDailyLimit"],
    ["rejected", "FailedOperation.PhoneNumberInBlacklist"],
  ]);
  expect(simulator.received()).toHaveLength(1);
});

test("sends mainland numbers and others in one batch", async () => {
  await start();
  const results = await send([makeMessage(1), makeMessage(2, { address: "+85251234567" })]);
  expect(results.map(({ status }) => status)).toEqual(["accepted", "accepted"]);
});

test("refuses what does not fit the template, and the template that is not approved", async () => {
  await start();
  const message = (index: number, templateId: string, content: string, parameters = "content") =>
    makeMessage(index, { content: { templateId, parameters, text: "" }, variables: { content } });
  const results = await send([
    message(1, "1110002", "缺一个"),
    message(2, "1110001", "abc"),
    message(3, "1110003", "见 https://example.com"),
    message(4, "4041", "无"),
  ]);
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ["rejected", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"],
    ["rejected", "InvalidParameterValue.TemplateParameterFormatError"],
    ["rejected", "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"],
    ["rejected", "FailedOperation.TemplateUnapprovedOrNotExist"],
  ]);
});

test.each([
  ["refuse", "config", 0],
  ["busy", "throttled", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  await start();
  simulator.misbehave(fault, 1);
  expect(await send([makeMessage(1)], 500)).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

test("throttles above the calls per second, and says so", async () => {
  await start({ callLimits: { SendSms: 1 } });
  const messages = Array.from({ length: 5 }, (_, n) => makeMessage(n, { variables: { content: `${n}` } }));
  expect(await send(messages)).toContainEqual(
    expect.objectContaining({ status: "throttled", code: "RequestLimitExceeded", retryAfterMs: 1000 }),
  );
});

test("gives a number its share and no more", async () => {
  await start({ numberLimits: { thirtySeconds: 1 } });
  const again = { ...makeMessage(1), ref: "dlv_again" };
  expect(await send([makeMessage(1), makeMessage(2)])).toMatchObject([
    { status: "accepted" },
    { status: "accepted" },
  ]);
  expect(await send([again])).toMatchObject([
    { status: "transient", code: "LimitExceeded.PhoneNumberThirtySecondLimit", retryAfterMs: 30_000 },
  ]);
});

test("refuses more than 200 numbers, mixed numbers, long sessions and calls that it does not know", async () => {
  await start();
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const codeOf = async (change: object, headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
    const changed = { ...request, headers: { ...request.headers, ...headers }, body };
    const answer = await makeSender(simulator.settings)(changed);
    return "body" in answer ? JSON.parse(answer.body).Response.Error?.Code : answer.error;
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => `+86138${11_111_000 + n}`);
  expect(await codeOf({ PhoneNumberSet: numbers(200) })).toBeUndefined();
  expect(await codeOf({ PhoneNumberSet: numbers(201) })).toBe("LimitExceeded.PhoneNumberCountLimit");
  expect(await codeOf({ PhoneNumberSet: [] })).toBe("MissingParameter.EmptyPhoneNumberSet");
  expect(await codeOf({ PhoneNumberSet: ["13800138000", "+85251234567"] })).toBe(
    "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
  );
  expect(await codeOf({ SessionContext: "x".repeat(512) })).toBe("InvalidParameter.InvalidParameters");
  expect(await codeOf({ SmsSdkAppId: "1" })).toBe("UnauthorizedOperation.SmsSdkAppIdVerifyFail");
  expect(await codeOf({}, { "x-tc-action": "SendNothing" })).toBe("InvalidAction");
  expect(await codeOf({}, { "x-tc-version": "2019-07-11" })).toBe("NoSuchVersion");
});

test("refuses a wrong key, an unknown one, a stale timestamp and a changed body", async () => {
  await start();
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const { secretId, secretKey } = simulator.settings as Record<"secretId" | "secretKey", string>;
  const codeOf = async (change: object, sent = request) => {
    const now = Math.floor(Date.now() / 1000);
    const inputs = { secretId, secretKey, timestamp: now, service: "sms", ...change };
    const answer = await fetchAnswer({ ...sent, headers: signTc3(request, inputs).headers });
    return "body" in answer ? JSON.parse(answer.body).Response.Error?.Code : answer.error;
  };
  expect(await codeOf({})).toBeUndefined();
  expect(await codeOf({ secretKey: "wrong" })).toBe("AuthFailure.SignatureFailure");
  expect(await codeOf({ service: "cvm" })).toBe("AuthFailure.SignatureFailure");
  expect(await codeOf({ secretId: "AKIDwrong" })).toBe("AuthFailure.SecretIdNotFound");
  expect(await codeOf({ timestamp: Math.floor(Date.now() / 1000) - 310 })).toBe(
    "AuthFailure.SignatureExpire",
  );
  expect(await codeOf({ timestamp: Math.floor(Date.now() / 1000) + 310 })).toBe(
    "AuthFailure.SignatureExpire",
  );
  expect(await codeOf({}, { ...request, body: `${request.body} ` })).toBe("AuthFailure.SignatureFailure");
});

test("calls a vendor that is not there not sent", async () => {
  await start();
  const batch = makeBatch([makeMessage(1)], { settings: { ...settings(), endpoint: "http://127.0.0.1:9" } });
  const results = await runBatch(plugin, batch, async () => ({ error: "not_sent", detail: "ECONNREFUSED" }));
  expect(results).toMatchObject([{ status: "transient", code: "not_sent" }]);
});

/** What the plugin finds out about messages when it asks. */
function ask(
  messages: Pick<OutboundMessage, "ref" | "address">[],
  results: SendResult[] = [],
  change: object = {},
) {
  const asked = messages.map(({ ref, address }) => {
    const vendorId = results.find((result) => result.ref === ref)?.vendorId;
    return { ref, batchRef: "bat_1", address, sentAt: Date.now(), ...(vendorId && { vendorId }) };
  });
  const input = { messages: asked, settings: settings(), now: Date.now(), seed: "5eed" };
  return runQuery(plugin, input, makeSender({ ...simulator.settings, ...change }));
}

const ASKED = [
  makeMessage(1, { address: "13811111234" }),
  makeMessage(2, { address: "+8613811110000" }),
  makeMessage(3, { address: "13811118888" }),
];

test("finds by its serial number what became of a message, and of no other to the same number", async () => {
  await start();
  const results = await send(ASKED);
  const other = { ...makeMessage(9, { address: "13811111234" }) };
  const others = await send([other]);
  const eventIdOf = (ref: string, type: string) =>
    `${results.find((result) => result.ref === ref)?.vendorId}:${type}`;
  await vi.waitFor(async () => {
    const answers = await ask(ASKED, results);
    expect(answers).toEqual([
      {
        ref: "dlv_1",
        status: "delivered",
        eventId: eventIdOf("dlv_1", "delivered"),
        at: expect.any(Number),
      },
      {
        ref: "dlv_2",
        status: "undelivered",
        eventId: eventIdOf("dlv_2", "undelivered"),
        at: expect.any(Number),
        code: "UNDELIV",
      },
      { ref: "dlv_3", status: "unanswered", code: "no_report" },
    ]);
  }, PATIENCE);
  expect(await ask([other], others)).toMatchObject([{ eventId: `${others[0]?.vendorId}:delivered` }]);
});

test("finds out about calls that were never answered where the vendor gives sessions back", async () => {
  await start({ echoesSession: true });
  simulator.misbehave("hang", 2);
  expect(new Set((await send(ASKED, 500)).map(({ status }) => status))).toEqual(new Set(["unknown"]));
  await vi.waitFor(
    async () =>
      expect((await ask(ASKED)).map(({ status }) => status)).toEqual([
        "delivered",
        "undelivered",
        "unanswered",
      ]),
    PATIENCE,
  );
});

test("leaves open what it cannot tell, and never calls it not found", async () => {
  await start();
  simulator.misbehave("hang", 2);
  await send(ASKED, 500);
  const later = makeMessage(5);
  const results = await send([later]);
  await vi.waitFor(
    async () => expect(await ask([later], results)).toMatchObject([{ status: "delivered" }]),
    PATIENCE,
  );
  const open = ASKED.map(({ ref }) => ({ ref, status: "unanswered", code: "no_report" }));
  expect(await ask(ASKED)).toEqual(open);
  expect(await ask([makeMessage(1)], [], { secretKey: "wrong" })).toMatchObject([
    { status: "unanswered", code: "AuthFailure.SignatureFailure" },
  ]);
  simulator.misbehave("busy", 1);
  expect(await ask([makeMessage(1)])).toMatchObject([{ status: "unanswered", code: "RequestLimitExceeded" }]);
});

test("proves good settings, and says what is wrong with others", async () => {
  await start();
  const verify = (change: object) => {
    const keys = { ...simulator.settings, ...change };
    const input = { settings: { ...settings(), ...change }, now: Date.now(), seed: "5eed" };
    return runVerify(plugin, input, makeSender(keys));
  };
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ secretKey: "wrong" })).toMatchObject({ code: "AuthFailure.SignatureFailure" });
  expect(await verify({ secretId: "wrong" })).toMatchObject({ code: "AuthFailure.SecretIdNotFound" });
  expect(await verify({ sdkAppId: "1" })).toMatchObject({
    ok: false,
    code: "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
  });
  expect(await verify({ region: "nowhere" })).toMatchObject({ ok: false, code: "UnsupportedRegion" });
  expect(simulator.received()).toEqual([]);
});

test("reports every number that ever reports, whatever the order and repeats", async () => {
  const options = await start();
  const events = new Map<string, ReceiptEvent>();
  let refusals = 1;
  const receiver = await startReceiver(({ body }) => {
    if (refusals-- > 0) return { status: 503 };
    const output = plugin.parseReceipt({ headers: {}, query: {}, body, settings: {}, now: 0 });
    for (const event of output.events) events.set(event.eventId, event);
    return output.reply;
  });
  options.receiptsUrl = receiver.url;
  const results = await send([...ASKED, makeMessage(4)]);
  await vi.waitFor(() => expect(events.size).toBe(3), PATIENCE);
  await receiver.close();
  const refOf = (event: ReceiptEvent) => results.find(({ vendorId }) => vendorId === event.vendorId)?.ref;
  const found = [...events.values()].map((event) => [refOf(event), event.type]);
  expect(found.sort()).toEqual([
    ["dlv_1", "delivered"],
    ["dlv_2", "undelivered"],
    ["dlv_4", "delivered"],
  ]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await start();
  await send([makeMessage(1, { variables: { content: "<script>alert(1)</script>" } })]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("腾讯云短信模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
