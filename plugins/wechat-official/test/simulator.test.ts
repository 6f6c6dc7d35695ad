import { runBatch, runVerify } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  startSimulator,
  type WechatOfficialSimulator,
  type WechatOfficialSimulatorOptions,
} from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { askForToken, makeSender, post } from "./host.ts";
import { CONTENT, makeBatch, makeMessage } from "./messages.ts";

const READER = makeMessage(1).address;

let options: WechatOfficialSimulatorOptions;
let now: number;
let simulator: WechatOfficialSimulator;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  options = { now: () => now };
  simulator = await startSimulator(options);
});
afterEach(() => simulator.close());

function settings(keys: Record<string, unknown> = simulator.settings) {
  const { endpoint, appId } = keys;
  return { endpoint: String(endpoint), appId: String(appId) };
}

const templateContent = (change: object = {}) => ({
  ...CONTENT,
  templateId: simulator.templateIds.template,
  ...change,
});
const noticeContent = () => ({ subscriptionId: simulator.templateIds.subscription, data: CONTENT.data });

interface Sending {
  change?: object;
  timeoutMs?: number;
  vendor?: WechatOfficialSimulator;
}

/** Sends each content to a reader, or to the one that is named. */
function send(
  messages: { content: Record<string, string>; address?: string }[],
  { change = {}, timeoutMs = 2000, vendor = simulator }: Sending = {},
) {
  const batch = messages.map((message, index) => makeMessage(index, { address: READER, ...message }));
  const keys = { ...vendor.settings, ...change };
  return runBatch(plugin, makeBatch(batch, { settings: settings(keys) }), makeSender(keys, timeoutMs));
}

const sendTemplate = (address = READER) => send([{ content: templateContent(), address }]);
const sendNotice = (address = READER) => send([{ content: noticeContent(), address }]);

/** The call of one template message, to be sent with a token of the test's choice. */
function oneCall(change: object = {}) {
  const message = makeMessage(1, { content: templateContent() });
  const [request] = plugin.plan(makeBatch([message], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  return { ...request, body: JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change }) };
}

async function codeOf(call: ReturnType<typeof post>): Promise<unknown> {
  const answer = await call;
  return "body" in answer ? JSON.parse(answer.body).errcode : answer.error;
}

const tokenOf = async (change: object = {}) =>
  String((await askForToken(simulator.settings, change)).access_token);

test("takes template messages, each under an id of 19 digits, and shows them as they are read", async () => {
  const results = await send([{ content: templateContent() }, { content: templateContent() }]);
  expect(results.map(({ status }) => status)).toEqual(["accepted", "accepted"]);
  expect(new Set(results.map(({ vendorId }) => vendorId)).size).toBe(2);
  expect(results.every(({ vendorId }) => /^2\d{18}$/.test(vendorId ?? ""))).toBe(true);
  expect(simulator.received()[0]).toMatchObject({
    to: READER,
    ref: "dlv_0",
    text: "放假通知\n事项：明天放假\n时间：2026年1月2日 08:00",
  });
});

test("refuses who does not follow and who does not exist, and takes what a user has blocked", async () => {
  const to = async (address: string) => (await sendTemplate(address))[0];
  expect(await to("oTestUser-left")).toMatchObject({ status: "rejected", code: "43004" });
  expect(await to("oTestUser-gone")).toMatchObject({ status: "rejected", code: "40003" });
  expect(await to("oTestUser-block")).toMatchObject({ status: "accepted" });
  expect(simulator.received()).toEqual([]);
});

test("uses up one consent with each notice, and refuses the next until the user consents again", async () => {
  expect(await sendNotice()).toMatchObject([{ status: "rejected", code: "43101" }]);
  simulator.subscribe(READER);
  simulator.subscribe(READER);
  expect(simulator.allowanceOf(READER)).toBe(2);
  expect(await sendNotice()).toMatchObject([{ status: "accepted" }]);
  expect(await sendNotice()).toMatchObject([{ status: "accepted" }]);
  expect(await sendNotice()).toMatchObject([{ status: "rejected", code: "43101" }]);
  now += 1000;
  simulator.subscribe(READER, false);
  expect(await sendNotice()).toMatchObject([{ code: "43101" }]);
  simulator.subscribe(READER);
  expect(await sendNotice()).toMatchObject([{ status: "accepted" }]);
  expect(simulator.received()).toHaveLength(3);
});

test("keeps the ledger for each user, and forgets it when the user takes the consent back", async () => {
  simulator.subscribe(READER);
  expect(await sendNotice("oTestUser-other")).toMatchObject([{ code: "43101" }]);
  simulator.unsubscribe(READER);
  expect(await sendNotice()).toMatchObject([{ code: "43101" }]);
});

test("uses up no consent by what it refuses for another reason", async () => {
  simulator.subscribe(READER);
  const content = { ...noticeContent(), data: "thing1: 只有一个字段" };
  expect(await send([{ content }])).toMatchObject([{ status: "rejected", code: "47003" }]);
  expect(simulator.allowanceOf(READER)).toBe(1);
});

test("sends once what comes again under the same id within ten minutes", async () => {
  const [first] = await sendTemplate();
  now += 599_999;
  expect(await sendTemplate()).toEqual([first]);
  expect(simulator.received()).toHaveLength(1);
  now += 1;
  await sendTemplate();
  expect(simulator.received()).toHaveLength(2);
});

test.each([
  ["another account's template", { template_id: "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY" }, 40037],
  ["a missing field", { data: { thing1: { value: "a" } } }, 47003],
  [
    "a thing of 21 characters",
    { data: { thing1: { value: "字".repeat(21) }, time2: { value: "15:01" } } },
    47003,
  ],
  ["a time that is none", { data: { thing1: { value: "a" }, time2: { value: "下午" } } }, 47003],
  ["no recipient", { touser: "" }, 40003],
])("refuses %s", async (_name, change, errcode) => {
  expect(await codeOf(post(oneCall(change), await tokenOf()))).toBe(errcode);
  expect(simulator.received()).toEqual([]);
});

test("keeps a notice from one of subscriptions apart from a template message", async () => {
  const { template, subscription } = simulator.templateIds;
  simulator.subscribe(READER);
  expect(await send([{ content: { ...CONTENT, templateId: subscription } }])).toMatchObject([
    { code: "40037" },
  ]);
  expect(await send([{ content: { data: CONTENT.data, subscriptionId: template } }])).toMatchObject([
    { code: "40037" },
  ]);
});

test("gives the same token until five minutes before its end, and then both are good", async () => {
  const first = await tokenOf();
  now += 6_800_000;
  expect(await tokenOf()).toBe(first);
  now += 200_000;
  const second = await tokenOf();
  expect(second).not.toBe(first);
  expect(await codeOf(post(oneCall(), first))).toBe(0);
  expect(await codeOf(post(oneCall(), second))).toBe(0);
  now += 200_000;
  expect(await codeOf(post(oneCall(), first))).toBe(42001);
  expect(await codeOf(post(oneCall(), second))).toBe(0);
});

test("ends a token that is refreshed by force, at most every half minute and twenty times a day", async () => {
  const force = () => tokenOf({ force_refresh: true });
  const first = await tokenOf();
  const second = await force();
  expect(second).not.toBe(first);
  expect(await codeOf(post(oneCall(), first))).toBe(40001);
  expect(await codeOf(post(oneCall(), second))).toBe(0);
  expect(await force()).toBe(second);
  const seen = new Set([second]);
  for (let count = 0; count < 25; count += 1) {
    now += 30_000;
    seen.add(await force());
  }
  expect(seen.size).toBe(20);
});

test("takes no other token", async () => {
  expect(await codeOf(post(oneCall(), "made-up"))).toBe(40001);
  expect(await codeOf(post(oneCall(), ""))).toBe(41001);
  const token = await tokenOf();
  simulator.revokeToken();
  expect(await codeOf(post(oneCall(), token))).toBe(40001);
});

test.each([
  [{ appid: "wxofothers00000000" }, 40013],
  [{ secret: "wrong" }, 40125],
  [{ grant_type: "password" }, 40002],
  [{ appid: "" }, 41002],
  [{ secret: "" }, 41004],
])("gives no token for %o", async (change, errcode) => {
  expect(await askForToken(simulator.settings, change)).toMatchObject({ errcode });
});

test("lets an account call so often a minute and a day, and one user be written to so often a second", async () => {
  const strict = await startSimulator({
    now: () => now,
    callsPerMinute: 2,
    callsPerDay: 3,
    perUserSecond: 1,
  });
  const sendOne = async () => {
    const content = { ...CONTENT, templateId: strict.templateIds.template };
    return (await send([{ content }], { vendor: strict }))[0];
  };
  await sendOne();
  await sendOne();
  expect(await sendOne()).toMatchObject({ status: "throttled", code: "45011", retryAfterMs: 60_000 });
  now += 60_000;
  await sendOne();
  expect(await sendOne()).toMatchObject({ status: "throttled", code: "45009" });
  strict.subscribe(READER);
  strict.subscribe(READER);
  const notice = { data: CONTENT.data, subscriptionId: strict.templateIds.subscription };
  const results = await send([{ content: notice }, { content: notice }], { vendor: strict });
  expect(results.map(({ code }) => code).sort()).toEqual(["43108", undefined]);
  await strict.close();
});

test("answers only calls from an address on the whitelist, and names the other", async () => {
  options.trustedIps = ["203.0.113.9"];
  expect(await askForToken(simulator.settings)).toMatchObject({
    errcode: 40164,
    errmsg: expect.stringMatching(/^invalid ip 127\.0\.0\.1, not in whitelist rid: /),
  });
});

test.each([
  ["refuse", "config", 0],
  ["busy", "throttled", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  simulator.misbehave(fault, 1);
  expect(await send([{ content: templateContent() }], { timeoutMs: 200 })).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
  expect(await sendTemplate()).toMatchObject([{ status: "accepted" }]);
  expect(simulator.received()).toHaveLength(1);
});

test("proves good settings, and says what is wrong with others, without sending", async () => {
  const verify = (change: object = {}) => {
    const input = { settings: settings(), now: 0, seed: "5eed" };
    return runVerify(plugin, input, makeSender({ ...simulator.settings, ...change }));
  };
  expect(await verify()).toEqual({ ok: true });
  expect(await verify({ appSecret: "wrong" })).toMatchObject({ ok: false, code: "41001" });
  options.trustedIps = [];
  expect(await verify()).toMatchObject({ ok: false });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject, and takes consents there", async () => {
  await send([{ content: templateContent({ data: "thing1: <b>1</b>\ntime2: 15:01" }) }]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("微信公众号模拟器");
  expect(await page("en")).toContain("&lt;b&gt;1&lt;/b&gt;");
  expect(await page("en")).not.toContain("<b>1</b>");
  const consent = (form: Record<string, string>) =>
    fetch(`${simulator.url}consents`, {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
    });
  const templateId = simulator.templateIds.subscription;
  expect((await consent({ openId: READER, templateId, answer: "accept" })).status).toBe(303);
  expect((await consent({ openId: READER, templateId, answer: "reject" })).status).toBe(303);
  expect((await consent({ openId: READER, templateId: "none", answer: "accept" })).status).toBe(400);
  expect(simulator.allowanceOf(READER)).toBe(1);
  expect(await page("zh")).toContain("还可发送 1 次");
});
