import type { SendResult } from "@tidings/sdk/plugin";
import { runBatch, runRecall, runVerify } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FeishuSimulator, type FeishuSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { askForToken, makeSender, post } from "./host.ts";
import { makeBatch, makeMessage, makeMessages } from "./messages.ts";

const HOUR_MS = 3_600_000;

let options: FeishuSimulatorOptions;
let now: number;
let simulator: FeishuSimulator;
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
  return runBatch(plugin, makeBatch(messages, { settings: settings() }), makeSender(keys, timeoutMs));
}

/** The call of one message, to be sent with a token of the test's choice. */
function oneCall() {
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  return request;
}

async function codeOf(call: ReturnType<typeof post>): Promise<unknown> {
  const answer = await call;
  return "body" in answer ? [answer.status, JSON.parse(answer.body).code] : answer.error;
}

const tokenOf = async (keys: object = {}) =>
  String((await askForToken({ ...simulator.settings, ...keys })).tenant_access_token);

test("takes a message for each user, under an id of its own", async () => {
  const results = await send([
    makeMessage(1),
    makeMessage(2, { address: "on_2" }),
    makeMessage(3, { address: "T3" }),
    makeMessage(4, { address: "wang@example.edu" }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(Array(4).fill("accepted"));
  expect(new Set(results.map(({ vendorId }) => vendorId)).size).toBe(4);
  expect(simulator.received().map(({ to, text, ref }) => [to, text, ref])).toEqual([
    ["ou_20240001", "明天放假", "dlv_1"],
    ["on_2", "明天放假", "dlv_2"],
    ["T3", "明天放假", "dlv_3"],
    ["wang@example.edu", "明天放假", "dlv_4"],
  ]);
});

test("shows rich text and cards as they are read", async () => {
  const url = "https://example.edu/1";
  await send([
    makeMessage(1, { content: { text: "早\n安", title: "通知" } }),
    makeMessage(2, { content: { text: "早", title: "通知", markdown: "**早**", url } }),
    makeMessage(3, { content: { text: "早", url } }),
  ]);
  expect(simulator.received().map(({ text }) => text)).toEqual(["通知\n早\n安", "通知\n**早**", "早"]);
});

test("refuses only the user who is out of reach or wants no more", async () => {
  const results = await send([
    makeMessage(1),
    makeMessage(2, { address: "ou_gone" }),
    makeMessage(3, { address: "stopped@example.edu" }),
  ]);
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ["accepted", undefined],
    ["rejected", "230013"],
    ["rejected", "230053"],
  ]);
  expect(simulator.received()).toHaveLength(1);
});

test("sends once what comes again under the same ref within an hour, and answers like the first time", async () => {
  const [first] = await send();
  now += HOUR_MS - 1;
  expect(await send()).toEqual([first]);
  expect(simulator.received()).toHaveLength(1);
  now += 1;
  const [later] = await send();
  expect(later?.vendorId).not.toBe(first?.vendorId);
  expect(simulator.received()).toHaveLength(2);
});

test("lets a user have five a second, and tries the others again later", async () => {
  const results = await send(makeMessages(7, { address: "ou_wang" }));
  expect(results.slice(0, 5).every(({ status }) => status === "accepted")).toBe(true);
  expect(results.slice(5)).toMatchObject([
    { status: "transient", code: "230020", retryAfterMs: 1000 },
    { status: "transient", code: "230020" },
  ]);
  now += 1000;
  expect(await send([makeMessage(5, { address: "ou_wang" })])).toMatchObject([{ status: "accepted" }]);
});

test("asks for patience by a header when the app calls too fast", async () => {
  const strict = await startSimulator({ callsPerSecond: 2, callsPerMinute: 3, now: () => now });
  const sender = makeSender(strict.settings);
  const sendOne = async (index: number) => {
    const batch = makeBatch([makeMessage(index)], { settings: { ...strict.settings } });
    return (await runBatch(plugin, batch, sender))[0];
  };
  expect([await sendOne(1), await sendOne(2)]).toMatchObject([
    { status: "accepted" },
    { status: "accepted" },
  ]);
  expect(await sendOne(3)).toMatchObject({ status: "throttled", code: "99991400", retryAfterMs: 1000 });
  now += 1000;
  expect(await sendOne(3)).toMatchObject({ status: "accepted" });
  expect(await sendOne(4)).toMatchObject({ status: "throttled", retryAfterMs: 60_000 });
  await strict.close();
});

test("gives the same token until half an hour before its end, then another, and both are good", async () => {
  const first = await askForToken(simulator.settings);
  expect(first).toMatchObject({ code: 0, expire: 7200 });
  now += 5_400_000;
  expect(await askForToken(simulator.settings)).toMatchObject({
    tenant_access_token: first.tenant_access_token,
    expire: 1800,
  });
  now += 1000;
  const second = await askForToken(simulator.settings);
  expect(second.tenant_access_token).not.toBe(first.tenant_access_token);
  expect(await codeOf(post(oneCall(), String(first.tenant_access_token)))).toEqual([200, 0]);
  expect(await codeOf(post(oneCall(), String(second.tenant_access_token)))).toEqual([200, 0]);
  now += 1_799_000;
  expect(await codeOf(post(oneCall(), String(first.tenant_access_token)))).toEqual([400, 99991663]);
  simulator.revokeToken();
  expect(await codeOf(post(oneCall(), String(second.tenant_access_token)))).toEqual([400, 99991663]);
  expect(await codeOf(post(oneCall(), ""))).toEqual([400, 99991661]);
});

test.each([
  [{ appId: "cli_of_others" }, 10003],
  [{ appSecret: "wrong" }, 10014],
])("gives no token for %o", async (change, code) => {
  expect(await askForToken({ ...simulator.settings, ...change })).toMatchObject({ code });
});

test.each([
  ["a type without its form", { receive_id: "wang" }, 99992351],
  ["no receiver", { receive_id: undefined }, 99992402],
  ["content that is no string", { content: { text: "早" } }, 99992402],
  ["content that is no JSON", { content: "早" }, 230001],
  ["an empty text", { content: '{"text":""}' }, 230001],
  ["an unknown type", { msg_type: "song" }, 230001],
  ["a card without elements", { msg_type: "interactive", content: "{}" }, 230099],
  ["a uuid that is too long", { uuid: "a".repeat(51) }, 99992402],
  ["a text that is too long", { content: JSON.stringify({ text: "文".repeat(51_200) }) }, 230025],
  [
    "rich text that is too long",
    {
      msg_type: "post",
      content: JSON.stringify({ zh_cn: { content: [[{ tag: "text", text: "文".repeat(10_240) }]] } }),
    },
    230025,
  ],
])("refuses %s", async (_name, change, code) => {
  const request = oneCall();
  const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
  expect(await codeOf(post({ ...request, body }, await tokenOf()))).toEqual([400, code]);
  expect(simulator.received()).toEqual([]);
});

test("answers only calls from an address that is allowed", async () => {
  options.trustedIps = ["203.0.113.9"];
  expect(await send()).toMatchObject([
    { status: "config", code: "99991401", detail: expect.stringContaining("127.0.0.1") },
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
  // Tried again it arrives once, whether or not it had arrived.
  expect(await send([makeMessage(1)])).toMatchObject([{ status: "accepted" }]);
  expect(simulator.received()).toHaveLength(1);
});

function takeBack(results: SendResult[], change: object = {}) {
  const messages = results.map(({ ref, vendorId }) => ({
    ref,
    batchRef: "bat_1",
    address: "ou_1",
    sentAt: now,
    ...(vendorId && { vendorId }),
  }));
  const input = { messages, settings: settings(), now, seed: "5eed" };
  return runRecall(plugin, input, makeSender({ ...simulator.settings, ...change }));
}

test("takes back one message and leaves the others, and may be asked twice", async () => {
  const results = await send(makeMessages(2));
  expect(await takeBack(results.slice(1))).toEqual([{ ref: "dlv_1", status: "recalled" }]);
  expect(await takeBack(results.slice(1))).toEqual([{ ref: "dlv_1", status: "recalled" }]);
  expect(simulator.received().map(({ ref }) => ref)).toEqual(["dlv_0"]);
});

test("calls nothing recalled that the vendor has not confirmed", async () => {
  const results = await send();
  expect(await takeBack([{ ref: "dlv_9", status: "unknown" }])).toMatchObject([
    { status: "failed", code: "no_message_id" },
  ]);
  expect(await takeBack([{ ref: "dlv_9", status: "accepted", vendorId: "om_of/others" }])).toMatchObject([
    { status: "failed", code: "230026" },
  ]);
  expect(await takeBack(results, { appSecret: "wrong" })).toMatchObject([{ status: "unanswered" }]);
  now += 24 * HOUR_MS + 1;
  expect(await takeBack(results)).toMatchObject([{ status: "too_late", code: "230009" }]);
  expect(simulator.received()).toHaveLength(1);
});

test("proves good settings, and says what is wrong with others, without sending", async () => {
  const verify = (change: object) => {
    const input = { settings: settings(), now: 0, seed: "5eed" };
    return runVerify(plugin, input, makeSender({ ...simulator.settings, ...change }));
  };
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ appSecret: "wrong" })).toMatchObject({ ok: false, code: "99991661" });
  options.isDisabled = true;
  expect(await verify({})).toEqual({ ok: false, code: "bot_inactive" });
  options.trustedIps = [];
  expect(await verify({})).toMatchObject({ ok: false, code: "99991401" });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await send([makeMessage(1, { content: { text: "<script>alert(1)</script>" } })]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("飞书模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
