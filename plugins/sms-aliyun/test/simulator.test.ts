import type { ReceiptEvent } from "@tidings/sdk/plugin";
import {
  fetchAnswer,
  runBatch,
  runQuery,
  runVerify,
  type Simulator,
  startReceiver,
} from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type SmsSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeSender, signAcs3 } from "./acs3.ts";
import { makeBatch, makeMessage } from "./messages.ts";

let options: SmsSimulatorOptions;
let simulator: Simulator;
beforeEach(async () => {
  options = { receiptDelayMs: 10, retryDelaysMs: [20, 20, 20] };
  simulator = await startSimulator(options);
});
afterEach(() => simulator.close());

function settings() {
  const { accessKeyId, accessKeySecret, ...rest } = simulator.settings;
  return rest;
}

async function send(messages = [makeMessage(1)], timeoutMs?: number) {
  const batch = makeBatch(messages, { settings: settings() });
  return runBatch(plugin, batch, makeSender(simulator.settings, timeoutMs));
}

test("delivers a text to a phone", async () => {
  const [result] = await send();
  expect(result).toMatchObject({ ref: "dlv_1", status: "accepted", batchVendorId: expect.any(String) });
  expect(simulator.received()).toMatchObject([
    { to: "13811111001", text: "【知行学校】【通知】明天放假", ref: "dlv_1" },
  ]);
});

test("takes 1,000 numbers in one call", async () => {
  const results = await send(Array.from({ length: 1000 }, (_, index) => makeMessage(index)));
  expect(results.filter((result) => result.status === "accepted")).toHaveLength(1000);
});

test("finds the bad numbers among hundreds, and sends every other message exactly once", async () => {
  const messages = Array.from({ length: 300 }, (_, index) => makeMessage(index));
  const bad = new Map([
    [17, "13800009999"],
    [18, "13800007777"],
    [222, "13811119999"],
  ]);
  const results = await send(
    messages.map((message, index) => ({ ...message, address: bad.get(index) ?? message.address })),
  );
  const rejected = results.filter((result) => result.status === "rejected");
  expect(rejected.map((result) => [result.ref, result.code]).sort()).toEqual([
    ["dlv_17", "isv.MOBILE_NUMBER_ILLEGAL"],
    ["dlv_18", "isv.BUSINESS_LIMIT_CONTROL"],
    ["dlv_222", "isv.MOBILE_NUMBER_ILLEGAL"],
  ]);
  const numbers = simulator.received().map((sms) => sms.to);
  expect(numbers).toHaveLength(297);
  expect(new Set(numbers).size).toBe(297);
});

test("finds the message whose variables do not fit its template", async () => {
  const content = { templateCode: "SMS_100002", text: "" };
  const messages = Array.from({ length: 12 }, (_, index) =>
    makeMessage(index, {
      content,
      variables: index === 5 ? { name: "王" } : { name: `王${index}`, content: "早" },
    }),
  );
  const results = await send(messages);
  expect(results.filter((result) => result.status !== "accepted")).toMatchObject([
    { ref: "dlv_5", status: "rejected", code: "isv.TEMPLATE_MISSING_PARAMETERS" },
  ]);
});

test.each([
  ["refuse", "config", 0],
  ["busy", "throttled", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  simulator.misbehave(fault, 1);
  expect(await send([makeMessage(1)], 200)).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

test("throttles above the calls per second", async () => {
  const slow = await startSimulator({ callsPerSecond: 1 });
  const batch = makeBatch(
    Array.from({ length: 5 }, (_, index) => makeMessage(index)),
    { settings: { ...slow.settings, sendSingly: true } },
  );
  const results = await runBatch(plugin, batch, makeSender(slow.settings));
  await slow.close();
  expect(results.some((result) => result.code === "Throttling.User")).toBe(true);
});

test("calls a vendor that is not there not sent", async () => {
  const batch = makeBatch([makeMessage(1)], { settings: { ...settings(), endpoint: "http://127.0.0.1:9" } });
  const results = await runBatch(plugin, batch, async () => ({ error: "not_sent", detail: "ECONNREFUSED" }));
  expect(results).toMatchObject([{ status: "transient", code: "not_sent" }]);
});

/** What the plugin finds out about messages when it asks. */
function ask(messages: { ref: string; address: string }[], change: object = {}, sentAt = Date.now()) {
  const asked = messages.map(({ ref, address }) => ({ ref, batchRef: "bat_1", address, sentAt }));
  const input = { messages: asked, settings: settings(), now: Date.now(), seed: "5eed" };
  return runQuery(plugin, input, makeSender({ ...simulator.settings, ...change }));
}

test("finds out what became of messages whose call was never answered", async () => {
  const messages = [
    makeMessage(1, { address: "13811111234" }),
    makeMessage(2, { address: "+8613811110000" }),
    makeMessage(3, { address: "13811118888" }),
  ];
  simulator.misbehave("hang", 2);
  expect(await send(messages, 200)).toMatchObject([
    { status: "unknown" },
    { status: "unknown" },
    { status: "unknown" },
  ]);
  await vi.waitFor(async () =>
    expect(await ask([...messages, makeMessage(4, { address: "13811114444" })])).toEqual([
      { ref: "dlv_1", status: "delivered", at: expect.any(Number) },
      { ref: "dlv_2", status: "undelivered", at: expect.any(Number), code: "MOBILE_NOT_ON_SERVICE" },
      { ref: "dlv_3", status: "accepted", at: expect.any(Number) },
      { ref: "dlv_4", status: "not_found" },
    ]),
  );
});

test("tells a message from others to the same number, also behind the first page of a day", async () => {
  const to = { address: "13811111234" };
  await send([makeMessage(0, to)]);
  for (let index = 1; index <= 60; index++) await send([makeMessage(index, to)]);
  const [oldest, never] = await ask([makeMessage(0, to), makeMessage(99, to)]);
  expect([oldest?.status, never?.status]).toEqual(["delivered", "not_found"]);
});

test("calls nothing not found that it could not ask about", async () => {
  const message = makeMessage(1);
  expect(await ask([message], { accessKeySecret: "wrong" })).toMatchObject([{ status: "unanswered" }]);
  expect(await ask([message], {}, Date.now() - 32 * 86_400_000)).toMatchObject([
    { status: "unanswered", code: "isv.INVALID_PARAMETERS" },
  ]);
  simulator.misbehave("busy", 1);
  expect(await ask([message])).toMatchObject([{ status: "unanswered", code: "Throttling.User" }]);
});

test("proves good settings, and says what is wrong with others", async () => {
  const verify = (change: object) => {
    const keys = { ...simulator.settings, ...change };
    const input = { settings: { ...settings(), ...change }, now: 0, seed: "5eed" };
    return runVerify(plugin, input, makeSender(keys));
  };
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ accessKeySecret: "wrong" })).toMatchObject({
    ok: false,
    code: "SignatureDoesNotMatch",
  });
  expect(await verify({ accessKeyId: "wrong" })).toMatchObject({ code: "InvalidAccessKeyId.NotFound" });
  expect(await verify({ signName: "别人" })).toMatchObject({ code: "isv.SMS_SIGNATURE_ILLEGAL" });
});

test("refuses a replay, a stale date, a changed body and an unsigned header", async () => {
  const messages = [makeMessage(1), makeMessage(2, { variables: { content: "不同" } })];
  const [request] = plugin.plan(makeBatch(messages, { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const keys = {
    accessKeyId: String(simulator.settings.accessKeyId),
    accessKeySecret: String(simulator.settings.accessKeySecret),
  };
  const dateOf = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  const sign = (nonce: string, at = Date.now()) =>
    signAcs3(request, { ...keys, date: dateOf(at), nonce }).headers;
  const codeOf = async (sent: typeof request, headers: Record<string, string>) => {
    const answer = await fetchAnswer({ ...sent, headers });
    return "body" in answer ? JSON.parse(answer.body).Code : answer.error;
  };
  const once = sign("n1");
  expect(await codeOf(request, once)).toBe("OK");
  expect(await codeOf(request, once)).toBe("SignatureNonceUsed");
  expect(await codeOf(request, sign("n2", Date.now() - 16 * 60_000))).toBe("InvalidTimeStamp.Expired");
  expect(await codeOf({ ...request, body: `${request.body}&x=1` }, sign("n3"))).toBe("IncompleteSignature");
  expect(await codeOf(request, { ...sign("n4"), "x-acs-extra": "1" })).toBe("IncompleteSignature");
});

test("reports delivery for every number that ever reports, whatever the order and repeats", async () => {
  const events = new Map<string, ReceiptEvent>();
  let refusals = 1;
  const receiver = await startReceiver(({ body }) => {
    if (refusals-- > 0) return { status: 503 };
    const output = plugin.parseReceipt({ headers: {}, query: {}, body, settings: {}, now: 0 });
    for (const event of output.events) events.set(event.eventId, event);
    return output.reply;
  });
  options.receiptsUrl = receiver.url;
  await send([
    makeMessage(1, { address: "+8613812345678" }),
    makeMessage(2, { address: "+8613812340000" }),
    makeMessage(3, { address: "+8613812348888" }),
    makeMessage(4),
  ]);
  await vi.waitFor(() => expect(events.size).toBe(3), { timeout: 3000 });
  await receiver.close();
  const found = [...events.values()].map((event) => [event.batchRef ?? event.ref, event.address, event.type]);
  expect(found.sort()).toEqual([
    ["bat_1", "+8613812340000", "undelivered"],
    ["bat_1", "+8613812345678", "delivered"],
    ["dlv_4", undefined, "delivered"],
  ]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await send([makeMessage(1, { variables: { content: "<script>alert(1)</script>" } })]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("短信模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
