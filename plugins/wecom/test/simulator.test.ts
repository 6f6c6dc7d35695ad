import type { SendResult, SentMessage } from "@tidings/sdk/plugin";
import { runBatch, runRecall, runVerify } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator, type WecomSimulator, type WecomSimulatorOptions } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { askForToken, makeSender, post } from "./host.ts";
import { makeBatch, makeMessage, makeMessages } from "./messages.ts";

let options: WecomSimulatorOptions;
let now: number;
let simulator: WecomSimulator;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  options = { now: () => now };
  simulator = await startSimulator(options);
});
afterEach(() => simulator.close());

function settings(change: object = {}) {
  const { secret: _, ...rest } = simulator.settings;
  return { ...rest, ...change };
}

function send(messages = [makeMessage(1)], { change = {}, timeoutMs = 2000 } = {}) {
  const keys = { ...simulator.settings, ...change };
  return runBatch(plugin, makeBatch(messages, { settings: settings(change) }), makeSender(keys, timeoutMs));
}

/** The call of one message, to be sent with a token of the test's choice. */
function oneCall() {
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  return request;
}

async function codeOf(call: ReturnType<typeof post>): Promise<unknown> {
  const answer = await call;
  return "body" in answer ? JSON.parse(answer.body).errcode : answer.error;
}

test("takes one content for 1,000 members by one call, under one id", async () => {
  const results = await send(makeMessages(1000));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["accepted"]));
  expect(new Set(results.map(({ batchVendorId }) => batchVendorId)).size).toBe(1);
  expect(results[0]?.vendorId).toBeUndefined();
  expect(simulator.received()).toHaveLength(1000);
  expect(simulator.received()[0]).toMatchObject({ to: "t20240000", text: "明天放假" });
});

test("leaves out who is unknown or has no licence, names them in lower case, and sends to the rest", async () => {
  const results = await send([
    makeMessage(1),
    makeMessage(2, { address: "Wang-Gone" }),
    makeMessage(3, { address: "Li-guest" }),
    makeMessage(4),
  ]);
  expect(results.map(({ ref, status, code }) => [ref, status, code])).toEqual([
    ["dlv_1", "accepted", undefined],
    ["dlv_2", "rejected", "invalid_user"],
    ["dlv_3", "rejected", "unlicensed_user"],
    ["dlv_4", "accepted", undefined],
  ]);
  expect(simulator.received().map(({ to }) => to)).toEqual(["t20240001", "t20240004"]);
});

test("refuses a call that reaches nobody", async () => {
  expect(await send([makeMessage(1, { address: "a-gone" })])).toMatchObject([
    { status: "rejected", code: "81013" },
  ]);
});

test("drops what a member gets beyond thirty a minute, and says nothing of it", async () => {
  const toOne = Array.from({ length: 32 }, (_, index) =>
    makeMessage(index, { address: "wang", content: { text: `第 ${index} 封` } }),
  );
  const results = await send(toOne);
  expect(results.every(({ status, vendorId }) => status === "accepted" && vendorId)).toBe(true);
  expect([simulator.received().length, simulator.droppedCount()]).toEqual([30, 2]);
  now += 60_000;
  await send([makeMessage(1, { address: "wang" })]);
  expect(simulator.received()).toHaveLength(31);
});

test("lets an app send to so many people a day, and be called so often a minute", async () => {
  const small = await startSimulator({ accountCount: 1, callsPerMinute: 2 });
  const sendTo = async (count: number) => {
    const batch = makeBatch(makeMessages(count), { settings: { ...small.settings } });
    return (await runBatch(plugin, batch, makeSender(small.settings)))[0];
  };
  expect(await sendTo(200)).toMatchObject({ status: "accepted" });
  expect(await sendTo(1)).toMatchObject({ status: "throttled", code: "45009", retryAfterMs: 60_000 });
  expect(await sendTo(1)).toMatchObject({ code: "45009" });
  expect(small.received()).toHaveLength(200);
  await small.close();
});

test("gives the same token until it ends, and takes no other", async () => {
  const first = await askForToken(simulator.settings);
  expect(first).toMatchObject({ errcode: 0, expires_in: 7200 });
  now += 7_000_000;
  expect(await askForToken(simulator.settings)).toMatchObject({
    access_token: first.access_token,
    expires_in: 200,
  });
  expect(await codeOf(post(oneCall(), String(first.access_token)))).toBe(0);
  now += 200_000;
  expect(await codeOf(post(oneCall(), String(first.access_token)))).toBe(42001);
  const second = await askForToken(simulator.settings);
  expect(second.access_token).not.toBe(first.access_token);
  expect(await codeOf(post(oneCall(), String(second.access_token)))).toBe(0);
  simulator.revokeToken();
  expect(await codeOf(post(oneCall(), String(second.access_token)))).toBe(42001);
  expect(await codeOf(post(oneCall(), "made-up"))).toBe(40014);
  expect(await codeOf(post(oneCall(), ""))).toBe(41001);
});

test.each([
  [{ corpId: "ww-of-others" }, 40013],
  [{ secret: "wrong" }, 40001],
])("gives no token for %o", async (change, errcode) => {
  expect(await askForToken({ ...simulator.settings, ...change })).toMatchObject({ errcode });
});

test("is not asked for tokens without end", async () => {
  const strict = await startSimulator({ tokensPerHour: 1 });
  expect(await askForToken(strict.settings)).toMatchObject({ errcode: 0 });
  expect(await askForToken(strict.settings)).toMatchObject({ errcode: 45009 });
  await strict.close();
});

test.each([
  ["a text without content", { msgtype: "text", text: { content: "" } }, 44004],
  ["a card without a link", { msgtype: "textcard", textcard: { title: "a", description: "b" } }, 41010],
  ["a card without a text", { msgtype: "textcard", textcard: { title: "a", url: "https://a" } }, 41033],
  ["nine articles", { msgtype: "news", news: { articles: Array(9).fill({ title: "a", url: "b" }) } }, 45008],
  ["an unknown type", { msgtype: "song", song: {} }, 40008],
  ["nobody to send to", { touser: "" }, 82001],
  [
    "1,001 users",
    {
      touser: makeMessages(1001)
        .map(({ address }) => address)
        .join("|"),
    },
    40032,
  ],
  ["another app", { agentid: 7 }, 301002],
  ["an app that is none", { agentid: "x" }, 40056],
])("refuses %s", async (_name, change, errcode) => {
  const request = oneCall();
  const { access_token: token } = await askForToken(simulator.settings);
  const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
  expect(await codeOf(post({ ...request, body }, String(token)))).toBe(errcode);
  expect(simulator.received()).toEqual([]);
});

test("cuts a text that is too long, without a word", async () => {
  const request = oneCall();
  const { access_token: token } = await askForToken(simulator.settings);
  const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), text: { content: "文".repeat(700) } });
  expect(await codeOf(post({ ...request, body }, String(token)))).toBe(0);
  expect(simulator.received()[0]?.text).toBe("文".repeat(682));
});

test("sends the same content to the same people once, with the check on", async () => {
  const checked = { change: { duplicateCheckSeconds: 600 } };
  await send([makeMessage(1), makeMessage(2)], checked);
  expect(await send([makeMessage(1), makeMessage(2)], checked)).toMatchObject([
    { status: "accepted" },
    { status: "accepted" },
  ]);
  expect(simulator.received()).toHaveLength(2);
  // Another list of people is another request: this is why the check is no idempotency key for a single message.
  await send([makeMessage(1)], checked);
  expect(simulator.received()).toHaveLength(3);
  now += 600_000;
  await send([makeMessage(1)], checked);
  await send([makeMessage(1)]);
  expect(simulator.received()).toHaveLength(5);
});

test("answers only calls from a trusted address", async () => {
  options.trustedIps = ["203.0.113.9"];
  expect(await send()).toMatchObject([
    { status: "config", code: "60020", detail: expect.stringContaining("from ip: 127.0.0.1") },
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
  const ids = results.flatMap(({ batchVendorId }) => (batchVendorId ? [batchVendorId] : []));
  const batchVendorIds = [...new Set(ids)];
  const messages = results.map(
    ({ ref, vendorId }): SentMessage => ({
      ref,
      batchRef: "bat_1",
      address: "a",
      sentAt: now,
      ...(vendorId && { vendorId }),
      ...(batchVendorIds.length > 0 && { batchVendorIds }),
    }),
  );
  const input = { messages, settings: settings(), now, seed: "5eed" };
  return runRecall(plugin, input, makeSender({ ...simulator.settings, ...change }));
}

test("takes back a batch of one call by one call, and may be asked twice", async () => {
  const results = await send(makeMessages(3));
  expect((await takeBack(results)).map(({ status }) => status)).toEqual(Array(3).fill("recalled"));
  expect(simulator.received()).toEqual([]);
  expect((await takeBack(results)).map(({ status }) => status)).toEqual(Array(3).fill("recalled"));
});

test("leaves one message of a call that went to several, which the vendor would take from them all", async () => {
  const results = await send(makeMessages(3));
  expect(await takeBack(results.slice(1, 2))).toMatchObject([{ status: "failed", code: "shared_call" }]);
  expect(simulator.received()).toHaveLength(3);
});

test("takes back messages of different contents each by its own id", async () => {
  const own = makeMessages(3).map((message, index) => ({ ...message, content: { text: `第 ${index} 封` } }));
  const results = await send(own);
  expect(await takeBack(results.slice(1))).toMatchObject([{ status: "recalled" }, { status: "recalled" }]);
  expect(simulator.received().map(({ text }) => text)).toEqual(["第 0 封"]);
});

test("calls nothing recalled that the vendor has not confirmed", async () => {
  const results = await send();
  expect(await takeBack([{ ref: "dlv_9", status: "unknown" }])).toMatchObject([
    { status: "failed", code: "no_msgid" },
  ]);
  expect(await takeBack([{ ref: "dlv_1", status: "accepted", vendorId: "of-others" }])).toMatchObject([
    { status: "failed", code: "40058" },
  ]);
  expect(await takeBack(results, { secret: "wrong" })).toMatchObject([{ status: "unanswered" }]);
  now += 24 * 3_600_000 + 1;
  expect(await takeBack(results)).toMatchObject([{ status: "failed" }]);
  expect(simulator.received()).toHaveLength(1);
});

test("proves good settings, and says what is wrong with others", async () => {
  const verify = (change: object) => {
    const input = { settings: settings(change), now: 0, seed: "5eed" };
    return runVerify(plugin, input, makeSender({ ...simulator.settings, ...change }));
  };
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ agentId: 1 })).toMatchObject({ ok: false, code: "301002" });
  expect(await verify({ secret: "wrong" })).toMatchObject({ ok: false, code: "41001" });
  options.trustedIps = [];
  expect(await verify({})).toMatchObject({ ok: false, code: "60020" });
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await send([makeMessage(1, { content: { text: "<script>alert(1)</script>" } })]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("企业微信模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
