import { runBatch, runVerify } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  startSimulator,
  type WechatMiniSimulator,
  type WechatMiniSimulatorOptions,
} from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { askForToken, makeSender, post } from "./host.ts";
import { CONTENT, makeBatch, makeMessage } from "./messages.ts";

const READER = makeMessage(1).address;

let options: WechatMiniSimulatorOptions;
let now: number;
let simulator: WechatMiniSimulator;
let oneTime: string;
let longTerm: string;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  options = { now: () => now };
  simulator = await startSimulator(options);
  ({ oneTime, longTerm } = simulator.templateIds);
});
afterEach(() => simulator.close());

function settings(change: object = {}) {
  const { endpoint, appId } = simulator.settings;
  return { endpoint: String(endpoint), appId: String(appId), ...change };
}

interface Sending {
  address?: string;
  page?: string;
  channel?: object;
  timeoutMs?: number;
}

async function send(
  templateId: string,
  { address = READER, page = "", channel = {}, timeoutMs = 2000 }: Sending = {},
) {
  const message = makeMessage(1, { address, content: { ...CONTENT, templateId, page } });
  const batch = makeBatch([message], { settings: settings(channel) });
  return (await runBatch(plugin, batch, makeSender(simulator.settings, timeoutMs)))[0];
}

/** The call of one message, to be sent with a token of the test's choice. */
async function codeOf(change: object, token?: string): Promise<unknown> {
  const message = makeMessage(1, { content: { ...CONTENT, templateId: oneTime } });
  const [request] = plugin.plan(makeBatch([message], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const body = JSON.stringify({ ...JSON.parse(request.body ?? ""), ...change });
  const good = token ?? String((await askForToken(simulator.settings)).access_token);
  const answer = await post({ ...request, body }, good);
  return "body" in answer ? JSON.parse(answer.body).errcode : answer.error;
}

test("uses up one consent with each message of a one-time template", async () => {
  expect(await send(oneTime)).toMatchObject({ status: "rejected", code: "43101" });
  simulator.subscribe(READER, oneTime);
  expect(await send(oneTime)).toMatchObject({
    status: "accepted",
    vendorId: expect.stringMatching(/^\d{19}$/),
  });
  expect(await send(oneTime)).toMatchObject({ code: "43101" });
  simulator.subscribe(READER, oneTime, false);
  expect(await send(oneTime)).toMatchObject({ code: "43101" });
  expect(simulator.received().map(({ to, text }) => [to, text])).toEqual([
    [READER, "活动提醒（一次性）\n事项：明天放假\n时间：2026年1月2日 08:00"],
  ]);
});

test("sends by a long-term template until the user takes the consent back", async () => {
  simulator.subscribe(READER, longTerm);
  for (let count = 0; count < 3; count += 1)
    expect(await send(longTerm)).toMatchObject({ status: "accepted" });
  expect(await send(oneTime)).toMatchObject({ code: "43101" });
  simulator.unsubscribe(READER, longTerm);
  expect(await send(longTerm)).toMatchObject({ code: "43101" });
});

test("opens pages of the published program, in the version that is asked for", async () => {
  simulator.subscribe(READER, longTerm);
  expect(await send(longTerm, { page: "pages/notice/index?id=1" })).toMatchObject({ status: "accepted" });
  expect(await send(longTerm, { page: "pages/none" })).toMatchObject({ status: "rejected", code: "41030" });
  const page = { page: "pages/index/index", channel: { miniprogramState: "trial" } };
  expect(await send(longTerm, page)).toMatchObject({ status: "accepted" });
  expect(await (await fetch(simulator.url)).text()).toContain("pages/index/index (trial)");
});

test.each([
  ["another program's template", { template_id: "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc" }, 40037],
  ["a missing field", { data: { thing1: { value: "a" } } }, 47003],
  [
    "a thing of 21 characters",
    { data: { thing1: { value: "字".repeat(21) }, time2: { value: "15:01" } } },
    47003,
  ],
  ["another program's user", { touser: "oMiniUser-gone" }, 40003],
  ["an unknown version", { miniprogram_state: "beta" }, 47001],
  ["an unknown language", { lang: "fr_FR" }, 47001],
])("refuses %s, and keeps the consent", async (_name, change, errcode) => {
  simulator.subscribe(READER, oneTime);
  expect(await codeOf(change)).toBe(errcode);
  expect(simulator.allowanceOf(READER, oneTime)).toBe(1);
});

test("gives the same token until it is refreshed by force, which ends it", async () => {
  const tokenOf = async (change: object = {}) =>
    String((await askForToken(simulator.settings, change)).access_token);
  const first = await tokenOf();
  now += 6_000_000;
  expect(await tokenOf()).toBe(first);
  const second = await tokenOf({ force_refresh: true });
  expect(await codeOf({}, first)).toBe(40001);
  expect(await codeOf({}, second)).toBe(43101);
  now += 7_200_000;
  expect(await codeOf({}, second)).toBe(42001);
  expect(await codeOf({}, "")).toBe(41001);
});

test("lets one user be written to so often a second", async () => {
  const strict = await startSimulator({ perUserSecond: 1, now: () => now });
  strict.subscribe(READER, strict.templateIds.longTerm);
  const content = { ...CONTENT, templateId: strict.templateIds.longTerm };
  const batch = [1, 2].map((index) => makeMessage(index, { address: READER, content }));
  const { endpoint, appId } = strict.settings;
  const input = makeBatch(batch, { settings: { endpoint: String(endpoint), appId: String(appId) } });
  const results = await runBatch(plugin, input, makeSender(strict.settings));
  expect(results.map(({ code }) => code).sort()).toEqual(["43108", undefined]);
  await strict.close();
});

test.each([
  ["refuse", "config", 0],
  ["busy", "throttled", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  simulator.subscribe(READER, oneTime);
  simulator.misbehave(fault, 1);
  expect(await send(oneTime, { timeoutMs: 200 })).toMatchObject({ status });
  expect(simulator.received()).toHaveLength(receivedCount);
});

test("proves good settings, and says what is wrong with others, without sending", async () => {
  const verify = (change: object = {}) => {
    const input = { settings: settings(), now: 0, seed: "5eed" };
    return runVerify(plugin, input, makeSender({ ...simulator.settings, ...change }));
  };
  expect(await verify()).toEqual({ ok: true });
  expect(await verify({ appSecret: "wrong" })).toMatchObject({ ok: false, code: "41001" });
  expect(simulator.received()).toEqual([]);
});

test("shows its page in both languages, and takes consents there", async () => {
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("微信小程序模拟器");
  expect(await page("en")).toContain("Mini program simulator");
  const body = new URLSearchParams({ openId: READER, templateId: oneTime, answer: "accept" });
  await fetch(`${simulator.url}consents`, { method: "POST", body, redirect: "manual" });
  expect(simulator.allowanceOf(READER, oneTime)).toBe(1);
});
