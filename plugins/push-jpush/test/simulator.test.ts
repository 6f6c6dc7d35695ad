import type { SendResult, SentMessage } from "@tidings/sdk/plugin";
import { runBatch, runQuery, runRecall, runVerify, type Simulator } from "@tidings/sdk/testing";
import { afterEach, expect, test, vi } from "vitest";
import { type PushSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { deviceWith, makeBatch, makeMessage } from "./messages.ts";
import { makeSender } from "./sender.ts";

const PATIENCE = { timeout: 10_000, interval: 50 };

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: PushSimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ receiptDelayMs: 10, ...options });
}

function settings(change: Record<string, string | number | boolean> = {}) {
  const { masterSecret: _, ...rest } = simulator.settings;
  return { ...rest, ...change };
}

function send(messages = [makeMessage(1)], timeoutMs?: number, change = {}): Promise<SendResult[]> {
  const batch = makeBatch(messages, { settings: settings(change) });
  return runBatch(plugin, batch, makeSender(simulator.settings, timeoutMs));
}

/** What the host would hand over of messages with these results. */
function asSent(messages: ReturnType<typeof makeMessage>[], results: SendResult[]): SentMessage[] {
  const shared = results.flatMap(({ batchVendorId }) => batchVendorId ?? []);
  return messages.map(({ ref, address }) => {
    const vendorId = results.find((result) => result.ref === ref)?.vendorId;
    const batchVendorIds = [...new Set(shared)];
    const ids = { ...(vendorId && { vendorId }), ...(batchVendorIds.length > 0 && { batchVendorIds }) };
    return { ref, batchRef: "bat_1", address, sentAt: Date.now(), ...ids };
  });
}

const followUp = (messages: SentMessage[], change = {}) => ({
  messages,
  settings: settings(change),
  now: Date.now(),
  seed: "5eed",
});
const ask = (messages: SentMessage[], change = {}) =>
  runQuery(plugin, followUp(messages, change), makeSender(simulator.settings));
const recall = (messages: SentMessage[]) =>
  runRecall(plugin, followUp(messages), makeSender(simulator.settings));

const devices = (...ends: string[]) =>
  ends.map((end, index) => makeMessage(index, { address: deviceWith(end) }));

/** What the vendor answers to the first push of a batch with something changed. */
async function codeOf(change: object): Promise<unknown> {
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
  const answer = await makeSender(simulator.settings)({ ...request, body });
  return "body" in answer ? JSON.parse(answer.body).error?.code : answer.error;
}

test("pushes a notification to a device", async () => {
  await start();
  const content = { title: "上课提醒", text: "高等数学 8 点开始", link: "campus://c/1", extras: "room=201" };
  const [result] = await send([makeMessage(1, { content })]);
  expect(result).toMatchObject({ status: "accepted", vendorId: expect.stringMatching(/^\d{18}$/) });
  expect(simulator.received()).toMatchObject([
    { to: deviceWith("1002"), text: "上课提醒\n高等数学 8 点开始" },
  ]);
});

test("reaches a thousand devices by one call, under one id", async () => {
  await start({ callLimits: { push: 1 } });
  const results = await send(Array.from({ length: 1000 }, (_, index) => makeMessage(index)));
  expect(results.every(({ status, vendorId }) => status === "accepted" && !vendorId)).toBe(true);
  expect(new Set(results.map(({ batchVendorId }) => batchVendorId)).size).toBe(1);
});

test("reaches users by the alias that the app has bound", async () => {
  await start();
  const messages = [makeMessage(1, { address: "学生_20250101" }), makeMessage(2, { address: "s_6666" })];
  const results = await send(messages, undefined, { audience: "alias" });
  expect(results.map(({ status }) => status)).toEqual(["accepted", "accepted"]);
  expect(simulator.received()).toMatchObject([{ to: "学生_20250101" }]);
  const [alone] = await send([makeMessage(3, { address: "s_6666" })], undefined, { audience: "alias" });
  expect(alone).toMatchObject({ status: "rejected", code: "1011" });
});

test("fails devices that there are not, and passes them over among others", async () => {
  await start();
  expect(await send(devices("6666"))).toMatchObject([{ status: "rejected", code: "unknown_device" }]);
  expect(await send(devices("9999"))).toMatchObject([{ status: "rejected", code: "1003" }]);
  const results = await send(devices("1234", "6666", "9999"));
  expect(results.map(({ status }) => status)).toEqual(["accepted", "accepted", "accepted"]);
  expect(simulator.received()).toMatchObject([{ to: deviceWith("1234") }]);
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

test("throttles above the calls per minute, until the minute is over", async () => {
  await start({ callLimits: { push: 1 } });
  // Two of three calls are in the same minute, whenever it turns.
  const results = await send([1, 2, 3].map((n) => makeMessage(n, { content: { text: `第 ${n} 条` } })));
  const throttled = results.find(({ status }) => status === "throttled");
  expect(throttled).toMatchObject({ code: "2002" });
  expect(throttled?.retryAfterMs).toBeGreaterThanOrEqual(1000);
  expect(throttled?.retryAfterMs).toBeLessThanOrEqual(60_000);
});

test("refuses what the vendor refuses", async () => {
  await start();
  const ids = (count: number) => ({
    audience: { registration_id: Array.from({ length: count }, (_, n) => deviceWith(String(1000 + n))) },
  });
  expect(await codeOf(ids(1000))).toBeUndefined();
  expect(await codeOf(ids(1001))).toBe(1003);
  expect(await codeOf({ audience: { registration_id: ["a", ""] } })).toBe(1003);
  expect(await codeOf({ audience: { alias: ["学".repeat(14)] } })).toBe(1003);
  expect(await codeOf({ audience: undefined })).toBe(1002);
  expect(await codeOf({ sound: "default" })).toBe(1009);
  expect(await codeOf({ notification: { android: { alert: "a", sound: "default" } } })).toBe(1009);
  expect(await codeOf({ notification: { android: { alert: "x".repeat(4000) } } })).toBe(1005);
  expect(await codeOf({ notification: { ios: { alert: "学".repeat(700) } } })).toBe(1005);
  expect(await codeOf({ options: { time_to_live: 864_001 } })).toBe(1003);
  expect(await codeOf({ platform: [] })).toBe(1003);
});

test("lets nobody in without the right keys", async () => {
  await start();
  const sendWith = (keys: object) =>
    runBatch(plugin, makeBatch([makeMessage(1)], { settings: settings() }), makeSender({ ...keys }));
  const { appKey, masterSecret } = simulator.settings;
  expect(await sendWith({ appKey, masterSecret: "wrong" })).toMatchObject([
    { status: "config", code: "1004" },
  ]);
  expect(await sendWith({ appKey: "wrong", masterSecret })).toMatchObject([{ code: "1004" }]);
  expect(await sendWith({ appKey, masterSecret })).toMatchObject([{ status: "accepted" }]);
});

test("finds out what became of a push on each of its devices, sooner or later", async () => {
  await start();
  const messages = devices("1234", "0000", "6666", "5555", "8888");
  const sent = asSent(messages, await send(messages));
  const id = sent[0]?.batchVendorIds?.[0];
  await vi.waitFor(
    async () =>
      expect(await ask(sent)).toEqual([
        { ref: "dlv_0", status: "delivered", eventId: `${id}:dlv_0:delivered` },
        { ref: "dlv_1", status: "accepted" },
        { ref: "dlv_2", status: "undelivered", code: "unknown_device" },
        { ref: "dlv_3", status: "unanswered", code: "status_unavailable" },
        { ref: "dlv_4", status: "delivered", eventId: `${id}:dlv_4:delivered` },
      ]),
    PATIENCE,
  );
  // The same word again is the same event.
  expect(await ask(sent.slice(0, 1))).toMatchObject([{ eventId: `${id}:dlv_0:delivered` }]);
});

test("tells pushes of one batch apart", async () => {
  await start();
  const messages = [
    ...devices("1234", "2345"),
    makeMessage(7, { address: deviceWith("0000"), content: { text: "照常上课" } }),
  ];
  const sent = asSent(messages, await send(messages));
  await vi.waitFor(
    async () =>
      expect((await ask(sent)).map(({ status }) => status)).toEqual(["delivered", "delivered", "accepted"]),
    PATIENCE,
  );
});

test("leaves open what it cannot tell, and never calls it not found", async () => {
  await start();
  const messages = devices("1234");
  simulator.misbehave("hang", 1);
  const lost = asSent(messages, await send(messages, 500));
  expect(await ask(lost)).toEqual([{ ref: "dlv_0", status: "unanswered", code: "no_message_id" }]);
  const sent = asSent(messages, await send(messages));
  const yesterday = sent.map((message) => ({ ...message, sentAt: message.sentAt - 86_400_000 }));
  expect(await ask(yesterday)).toMatchObject([{ status: "unanswered", code: "not_targeted" }]);
  simulator.misbehave("busy", 1);
  expect(await ask(sent)).toMatchObject([{ status: "unanswered", code: "2002" }]);
  expect(await ask(sent, { audience: "alias" })).toMatchObject([{ code: "alias_not_reported" }]);
});

test("says that only paid apps may ask for deliveries", async () => {
  await start({ isVip: false });
  const messages = devices("1234");
  const sent = asSent(messages, await send(messages));
  expect(await ask(sent)).toMatchObject([{ status: "unanswered", code: "2006" }]);
});

test("takes a push back as a whole, once and again", async () => {
  await start({ receiptDelayMs: 60_000 });
  const messages = devices("1234", "2345");
  const sent = asSent(messages, await send(messages));
  expect(await recall(sent.slice(0, 1))).toEqual([{ ref: "dlv_0", status: "failed", code: "shared_push" }]);
  for (const _ of [1, 2]) {
    expect(await recall(sent)).toEqual([
      { ref: "dlv_0", status: "recalled" },
      { ref: "dlv_1", status: "recalled" },
    ]);
  }
  const page = await (await fetch(`${simulator.url}?lang=en`)).text();
  expect(page.match(/class="bad"/g)).toHaveLength(2);
});

test("takes back one message that went alone, and leaves the others", async () => {
  await start();
  const messages = [1, 2].map((n) => makeMessage(n, { content: { text: `第 ${n} 条` } }));
  const sent = asSent(messages, await send(messages));
  expect(await recall(sent.slice(0, 1))).toEqual([{ ref: "dlv_1", status: "recalled" }]);
  const page = await (await fetch(`${simulator.url}?lang=en`)).text();
  expect(page.match(/class="bad"/g)).toHaveLength(1);
  const stranger = { ref: "dlv_9", batchRef: "bat_9", address: "x", vendorId: "1", sentAt: 0 };
  expect(await recall([stranger])).toMatchObject([{ status: "failed", code: "1003" }]);
});

test("proves good settings without sending, and says what is wrong with others", async () => {
  await start();
  const verify = (change: Record<string, string | number | boolean>) =>
    runVerify(
      plugin,
      { settings: settings(change), now: Date.now(), seed: "5eed" },
      makeSender({ ...simulator.settings, ...change }),
    );
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ masterSecret: "wrong" })).toMatchObject({ ok: false, code: "1004" });
  expect(await verify({ timeToLiveSeconds: 864_001 })).toMatchObject({ ok: false, code: "1003" });
  simulator.misbehave("refuse", 1);
  expect(await verify({})).toMatchObject({ ok: false, code: "2003" });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await start();
  await send([
    makeMessage(1, { content: { title: "<b>", text: "<script>alert(1)</script>", extras: "a=<i>" } }),
  ]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("极光推送模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).toContain("a=&lt;i&gt;");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
