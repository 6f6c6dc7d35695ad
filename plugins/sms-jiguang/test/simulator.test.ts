import type { ReceiptEvent, SendResult } from "@tidings/sdk/plugin";
import { runBatch, runVerify, type Simulator, startReceiver } from "@tidings/sdk/testing";
import { afterEach, expect, test, vi } from "vitest";
import { type SmsSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeBatch, makeMessage } from "./messages.ts";
import { makeSender } from "./sender.ts";

const PATIENCE = { timeout: 10_000, interval: 50 };

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: SmsSimulatorOptions = {}): Promise<SmsSimulatorOptions> {
  const fast = { receiptDelayMs: 10, retryDelaysMs: [20, 20, 20], ...options };
  simulator = await startSimulator(fast);
  return fast;
}

function settings(change: Record<string, string | number> = {}) {
  const { masterSecret: _, ...rest } = simulator.settings;
  return { ...rest, ...change };
}

function send(messages = [makeMessage(1)], timeoutMs?: number): Promise<SendResult[]> {
  const batch = makeBatch(messages, { settings: settings() });
  return runBatch(plugin, batch, makeSender(simulator.settings, timeoutMs));
}

const numbers = (...ends: string[]) =>
  ends.map((end, index) => makeMessage(index, { address: `1381111${end}` }));

test("delivers a text to a phone, with the parameters in their places", async () => {
  await start();
  const variables = { place: "三教 201", time: "8 点", course: "高等数学", name: "王芳" };
  const [result] = await send([makeMessage(1, { content: { tempId: "1004", text: "" }, variables })]);
  expect(result).toMatchObject({ status: "accepted", vendorId: expect.stringMatching(/^\d+$/) });
  expect(simulator.received()).toMatchObject([
    { to: "13811111001", text: "【知行学校】王芳同学，高等数学将于8 点在三教 201上课，请准时参加。" },
  ]);
});

test("sends the others when some numbers of a call are refused", async () => {
  await start();
  const results = await send(numbers("1234", "9999", "7777", "6666"));
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ["accepted", undefined],
    ["rejected", "50006"],
    ["transient", "50009"],
    ["rejected", "50024"],
  ]);
  expect(simulator.received()).toHaveLength(1);
});

test("sends verification codes one by one, though several come together", async () => {
  await start();
  const codes = numbers("1234", "2345").map((message, index) => ({
    ...message,
    content: { tempId: "1001", text: "" },
    variables: { code: `12345${index}` },
  }));
  const results = await send(codes);
  expect(results.map(({ status }) => status)).toEqual(["accepted", "accepted"]);
  expect(new Set(results.map(({ vendorId }) => vendorId)).size).toBe(2);
  expect(simulator.received()).toHaveLength(2);
});

test("refuses what does not fit the template, and the template that there is not", async () => {
  await start();
  const message = (index: number, tempId: string, variables: Record<string, string>) =>
    makeMessage(index, { content: { tempId, text: "" }, variables });
  const results = await send([
    message(1, "1002", { content: "缺一个" }),
    message(2, "1003", { content: "" }),
    message(3, "1003", { content: "【重要】" }),
    message(4, "404001", {}),
  ]);
  const codes = new Map(results.map(({ ref, code }) => [ref, code]));
  expect(["dlv_1", "dlv_2", "dlv_3", "dlv_4"].map((ref) => codes.get(ref))).toEqual([
    "50022",
    "50023",
    "50054",
    "50013",
  ]);
});

test.each([
  ["refuse", "config", 0],
  ["busy", "transient", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  await start();
  simulator.misbehave(fault, 1);
  expect(await send([makeMessage(1)], 500)).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

test("refuses more than a thousand numbers, none, and a signature of somebody else's", async () => {
  await start();
  const [request] = plugin.plan(makeBatch(numbers("1234", "2345"), { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const codeOf = async (change: object) => {
    const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
    const answer = await makeSender(simulator.settings)({ ...request, body });
    return "body" in answer ? JSON.parse(answer.body).error?.code : answer.error;
  };
  const many = (count: number) => ({
    recipients: Array.from({ length: count }, (_, n) => ({ mobile: String(13_800_000_000 + n) })),
  });
  expect(await codeOf(many(1000))).toBeUndefined();
  expect(await codeOf(many(1001))).toBe(50031);
  expect(await codeOf(many(0))).toBe(50030);
  expect(await codeOf({ sign_id: 1 })).toBe(50007);
  expect(await codeOf({ temp_id: undefined })).toBe(50005);
});

test("proves good settings without sending, and says what is wrong with others", async () => {
  await start();
  const verify = (change: Record<string, string>) =>
    runVerify(
      plugin,
      { settings: settings(change), now: Date.now(), seed: "5eed" },
      makeSender({ ...simulator.settings, ...change }),
    );
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ masterSecret: "wrong" })).toMatchObject({ ok: false, code: "50002" });
  expect(await verify({ appKey: "wrong" })).toMatchObject({ ok: false, code: "50002" });
  expect(simulator.received()).toEqual([]);
});

test("reports every number that ever reports, to an address that has proved itself", async () => {
  const options = await start();
  const events = new Map<string, ReceiptEvent>();
  let refusals = 2;
  const receiver = await startReceiver(({ query, body }) => {
    if (refusals-- > 0) return { status: 503 };
    const output = plugin.parseReceipt({ headers: {}, query, body, settings: {}, now: 0 });
    for (const event of output.events) events.set(event.eventId, event);
    return output.reply;
  });
  options.receiptsUrl = receiver.url;
  const results = await send(numbers("1234", "0000", "8888", "4444"));
  await vi.waitFor(() => expect(events.size).toBe(3), PATIENCE);
  await receiver.close();
  const refOf = (event: ReceiptEvent) => results.find(({ vendorId }) => vendorId === event.vendorId)?.ref;
  expect([...events.values()].map((event) => [refOf(event), event.type, event.code]).sort()).toEqual([
    ["dlv_0", "delivered", undefined],
    ["dlv_1", "undelivered", "4003"],
    ["dlv_3", "undelivered", "4004"],
  ]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await start();
  await send([makeMessage(1, { variables: { content: "<script>alert(1)</script>" } })]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("极光短信模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
