import type { SendResult, SentMessage } from "@tidings/sdk/plugin";
import { runBatch, runQuery, runRecall, runVerify } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DingtalkSimulator, type DingtalkSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { askForToken, makeSender, post } from "./host.ts";
import { makeBatch, makeMessage, makeMessages } from "./messages.ts";

const DAY_MS = 24 * 3_600_000;

let options: DingtalkSimulatorOptions;
let now: number;
let simulator: DingtalkSimulator;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  options = { now: () => now };
  simulator = await startSimulator(options);
});
afterEach(() => simulator.close());

function settings(change: object = {}) {
  const { appSecret: _, ...rest } = simulator.settings;
  return { ...rest, ...change };
}

function send(messages = [makeMessage(1)], { change = {}, timeoutMs = 2000 } = {}) {
  const keys = { ...simulator.settings, ...change };
  const batch = makeBatch(messages, { settings: settings(change), now });
  return runBatch(plugin, batch, makeSender(keys, timeoutMs));
}

/** Sent messages as the host keeps them. */
function toSent(results: SendResult[], addressOf: (ref: string) => string): SentMessage[] {
  const ids = results.flatMap(({ batchVendorId }) => (batchVendorId ? [batchVendorId] : []));
  const batchVendorIds = [...new Set(ids)];
  return results.map(({ ref, vendorId }) => ({
    ref,
    batchRef: "bat_1",
    address: addressOf(ref),
    sentAt: now,
    ...(vendorId && { vendorId }),
    ...(batchVendorIds.length > 0 && { batchVendorIds }),
  }));
}

async function ask(messages: ReturnType<typeof makeMessages>, results: SendResult[], change: object = {}) {
  const addresses = new Map(messages.map(({ ref, address }) => [ref, address]));
  const input = {
    messages: toSent(results, (ref) => addresses.get(ref) ?? ""),
    settings: settings(),
    now,
    seed: "5eed",
  };
  return runQuery(plugin, input, makeSender({ ...simulator.settings, ...change }));
}

const to = (...addresses: string[]) => addresses.map((address, index) => makeMessage(index, { address }));

/** The call of one message, to be sent with a token of the test's choice. */
function oneCall() {
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  return request;
}

async function codesOf(call: ReturnType<typeof post>): Promise<unknown> {
  const answer = await call;
  if (!("body" in answer)) return answer.error;
  const { errcode, sub_code: subCode } = JSON.parse(answer.body);
  return subCode === undefined ? errcode : [errcode, subCode];
}

test("takes one content for 100 members by one call, under one task", async () => {
  const results = await send(makeMessages(100));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["accepted"]));
  expect(new Set(results.map(({ batchVendorId }) => batchVendorId)).size).toBe(1);
  expect(results[0]?.vendorId).toBeUndefined();
  expect(simulator.received()).toHaveLength(100);
  expect(simulator.received()[0]).toMatchObject({ to: "T20240000", text: "明天放假" });
});

test("takes a call whatever becomes of its users, and tells of each of them when it is asked", async () => {
  const messages = to("wang", "li", "zhao-gone", "qian-failing", "sun-boss");
  const results = await send(messages);
  expect(results.every(({ status }) => status === "accepted")).toBe(true);
  simulator.read("li");
  expect(await ask(messages, results)).toEqual([
    { ref: "dlv_0", status: "delivered" },
    { ref: "dlv_1", status: "delivered" },
    { ref: "dlv_2", status: "undelivered", code: "invalid_user" },
    { ref: "dlv_3", status: "undelivered", code: "failed_user" },
    { ref: "dlv_4", status: "undelivered", code: "1430004" },
  ]);
  expect(simulator.received().map(({ to }) => to)).toEqual(["wang", "li"]);
});

test("has no result before its time, and none any more after a day", async () => {
  options.resultDelayMs = 5000;
  const messages = to("wang");
  const results = await send(messages);
  const none = [{ ref: "dlv_0", status: "unanswered", code: "no_result" }];
  expect(await ask(messages, results)).toEqual(none);
  now += 5000;
  expect(await ask(messages, results)).toEqual([{ ref: "dlv_0", status: "delivered" }]);
  now += DAY_MS;
  expect(await ask(messages, results)).toMatchObject([{ status: "unanswered", code: "40035" }]);
});

test("tells nothing of what it gave no task for, or to somebody else", async () => {
  const messages = to("wang");
  const results = await send(messages);
  expect(await ask(messages, [{ ref: "dlv_0", status: "unknown" }])).toEqual([
    { ref: "dlv_0", status: "unanswered", code: "no_task_id" },
  ]);
  expect(await ask(messages, results, { appSecret: "wrong" })).toMatchObject([
    { status: "unanswered", code: "41001" },
  ]);
});

test("drops the same content to the same user on the same day, and says so only when it is asked", async () => {
  const messages = to("wang");
  await send(messages);
  const again = await send(messages);
  expect(again).toMatchObject([{ status: "accepted" }]);
  expect([simulator.received().length, simulator.droppedCount()]).toEqual([1, 1]);
  expect(await ask(messages, again)).toEqual([{ ref: "dlv_0", status: "undelivered", code: "143106" }]);
  // Another user, another content, and another day in Beijing.
  await send(to("li"));
  await send([makeMessage(1, { address: "wang", content: { text: "后天放假" } })]);
  now = Date.UTC(2026, 0, 2, 16, 0, 0);
  await send(messages);
  expect([simulator.received().length, simulator.droppedCount()]).toEqual([4, 1]);
});

test("gets the same text through twice, with the time of sending at its end", async () => {
  const stamped = { change: { appendsSendTime: true } };
  await send(to("wang"), stamped);
  now += 1000;
  await send(to("wang"), stamped);
  expect(simulator.received().map(({ text }) => text)).toEqual([
    "明天放假\n\n2026-01-02 11:04:05",
    "明天放假\n\n2026-01-02 11:04:06",
  ]);
});

test("drops what a user gets beyond the limit of a day, and the app beyond that of a minute", async () => {
  const small = await startSimulator({ perUserDay: 2, peoplePerMinute: 3, now: () => now });
  const sendTo = async (address: string, text: string) => {
    const messages = [makeMessage(1, { address, content: { text } })];
    const batch = makeBatch(messages, { settings: { ...small.settings } });
    const results = await runBatch(plugin, batch, makeSender(small.settings));
    const input = {
      messages: toSent(results, () => address),
      settings: { ...small.settings },
      now,
      seed: "5eed",
    };
    const [answer] = await runQuery(plugin, input, makeSender(small.settings));
    return answer?.code ?? answer?.status;
  };
  expect(await sendTo("wang", "1")).toBe("delivered");
  expect(await sendTo("wang", "2")).toBe("delivered");
  expect(await sendTo("wang", "3")).toBe("143105");
  expect(await sendTo("li", "1")).toBe("delivered");
  expect(await sendTo("zhao", "1")).toBe("143103");
  now += 60_000;
  expect(await sendTo("zhao", "1")).toBe("delivered");
  await small.close();
});

test("asks for patience when it is called too fast", async () => {
  const strict = await startSimulator({ callsPerSecond: 1, now: () => now });
  const batch = makeBatch([makeMessage(1)], { settings: { ...strict.settings } });
  const sender = makeSender(strict.settings);
  expect(await runBatch(plugin, batch, sender)).toMatchObject([{ status: "accepted" }]);
  expect(await runBatch(plugin, batch, sender)).toMatchObject([
    { status: "throttled", code: "90018", retryAfterMs: 5000 },
  ]);
  await strict.close();
});

test("gives the same token and lets it live on, and takes no other", async () => {
  const first = await askForToken(simulator.settings);
  expect(first).toMatchObject({ errcode: 0, expires_in: 7200 });
  now += 7_000_000;
  expect(await askForToken(simulator.settings)).toMatchObject({
    access_token: first.access_token,
    expires_in: 7200,
  });
  now += 7_000_000;
  expect(await codesOf(post(oneCall(), String(first.access_token)))).toBe(0);
  now += 200_000;
  expect(await codesOf(post(oneCall(), String(first.access_token)))).toEqual([88, "42001"]);
  const second = await askForToken(simulator.settings);
  expect(second.access_token).not.toBe(first.access_token);
  expect(await codesOf(post(oneCall(), String(second.access_token)))).toBe(0);
  simulator.revokeToken();
  expect(await codesOf(post(oneCall(), String(second.access_token)))).toEqual([88, "40014"]);
  expect(await codesOf(post(oneCall(), ""))).toEqual([88, "41001"]);
});

test.each([
  [{ appKey: "ding-of-others" }, 40089],
  [{ appSecret: "wrong" }, 40089],
  [{ appSecret: "" }, 40035],
])("gives no token for %o", async (change, errcode) => {
  expect(await askForToken({ ...simulator.settings, ...change })).toMatchObject({ errcode });
});

const users = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`).join(",");

test.each([
  ["nobody to send to", { userid_list: "" }, 40031],
  ["101 users", { userid_list: users(101) }, 40032],
  ["a text without content", { msg: { msgtype: "text", text: { content: "" } } }, 40035],
  ["Markdown without a title", { msg: { msgtype: "markdown", markdown: { text: "a" } } }, 40035],
  ["a card without a link", { msg: { msgtype: "action_card", action_card: { title: "a" } } }, 40035],
  ["an unknown type", { msg: { msgtype: "song", song: {} } }, 40008],
  ["a message that is too long", { msg: { msgtype: "text", text: { content: "文".repeat(700) } } }, 45002],
  ["another app", { agent_id: 7 }, [88, "40056"]],
])("refuses %s", async (_name, change, codes) => {
  const request = oneCall();
  const { access_token: token } = await askForToken(simulator.settings);
  const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
  expect(await codesOf(post({ ...request, body }, String(token)))).toEqual(codes);
  expect(simulator.received()).toEqual([]);
});

test("stops the channel for another app's id, and for an address that is not allowed", async () => {
  expect(await send([makeMessage(1)], { change: { agentId: 7 } })).toMatchObject([
    { status: "config", code: "40056" },
  ]);
  options.trustedIps = ["203.0.113.9"];
  expect(await send()).toMatchObject([
    { status: "config", code: "60020", detail: expect.stringContaining("ip=127.0.0.1") },
  ]);
  options.trustedIps = ["127.0.0.1"];
  expect(await send()).toMatchObject([{ status: "accepted" }]);
});

test.each([
  ["refuse", "config", 0],
  ["busy", "throttled", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  simulator.misbehave(fault, 1);
  expect(await send([makeMessage(1)], { timeoutMs: 200 })).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

function takeBack(results: SendResult[], change: object = {}) {
  const input = { messages: toSent(results, () => "a"), settings: settings(), now, seed: "5eed" };
  return runRecall(plugin, input, makeSender({ ...simulator.settings, ...change }));
}

test("takes back a batch of one call by one call, and may be asked twice", async () => {
  const results = await send(makeMessages(3));
  simulator.read("T20240000");
  expect((await takeBack(results)).map(({ status }) => status)).toEqual(Array(3).fill("recalled"));
  expect(simulator.received()).toEqual([]);
  expect((await takeBack(results)).map(({ status }) => status)).toEqual(Array(3).fill("recalled"));
});

test("leaves one message of a call that went to several, which the vendor would take from them all", async () => {
  const results = await send(makeMessages(3));
  expect(await takeBack(results.slice(1, 2))).toEqual([
    { ref: "dlv_1", status: "failed", code: "shared_call" },
  ]);
  expect(simulator.received()).toHaveLength(3);
});

test("takes back one of several calls of a batch, with everybody whom it reached", async () => {
  const [one, two, three] = makeMessages(3);
  if (!one || !two || !three) throw new Error("too few messages");
  const results = await send([one, two, { ...three, content: { text: "后天放假" } }]);
  expect(results.map(({ vendorId, batchVendorId }) => [!!vendorId, !!batchVendorId])).toEqual([
    [true, true],
    [true, true],
    [true, false],
  ]);
  expect((await takeBack(results.slice(0, 2))).map(({ status }) => status)).toEqual(["recalled", "recalled"]);
  expect(simulator.received().map(({ text }) => text)).toEqual(["后天放假"]);
});

test("takes back messages of different contents each by its own task", async () => {
  const own = makeMessages(3).map((message, index) => ({ ...message, content: { text: `第 ${index} 封` } }));
  const results = await send(own);
  expect(await takeBack(results.slice(1))).toMatchObject([{ status: "recalled" }, { status: "recalled" }]);
  expect(simulator.received().map(({ text }) => text)).toEqual(["第 0 封"]);
});

test("calls nothing recalled that the vendor has not confirmed", async () => {
  const results = await send();
  expect(await takeBack([{ ref: "dlv_9", status: "unknown" }])).toMatchObject([
    { status: "failed", code: "no_task_id" },
  ]);
  expect(await takeBack([{ ref: "dlv_1", status: "accepted", vendorId: "7" }])).toMatchObject([
    { status: "failed", code: "40035" },
  ]);
  expect(await takeBack(results, { appSecret: "wrong" })).toMatchObject([{ status: "unanswered" }]);
  now += DAY_MS + 1;
  expect(await takeBack(results)).toMatchObject([{ status: "failed" }]);
  expect(simulator.received()).toHaveLength(1);
});

test("proves good keys, and says what is wrong with others, without sending", async () => {
  const verify = (change: object) => {
    const input = { settings: settings(), now: 0, seed: "5eed" };
    return runVerify(plugin, input, makeSender({ ...simulator.settings, ...change }));
  };
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ appSecret: "wrong" })).toMatchObject({ ok: false, code: "41001" });
  options.trustedIps = [];
  expect(await verify({})).toMatchObject({ ok: false, code: "60020" });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await send([makeMessage(1, { content: { text: "<script>alert(1)</script>" } })]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("钉钉模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
