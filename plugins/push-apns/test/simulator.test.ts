import { generateKeyPairSync } from "node:crypto";
import type { PlannedRequest, SendResult } from "@tidings/sdk/plugin";
import { runBatch, runVerify } from "@tidings/sdk/testing";
import { afterEach, expect, test } from "vitest";
import { type ApnsSimulator, type ApnsSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { Host, makeToken } from "./host.ts";
import { makeBatch, makeMessage, tokenWith } from "./messages.ts";

let simulator: ApnsSimulator;
let host: Host;
afterEach(async () => {
  host.close();
  await simulator.close();
});

async function start(options: ApnsSimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator(options);
  host = new Host(simulator.settings);
}

function settings(change: Record<string, string | number | boolean> = {}) {
  const { signingKey: _, ...rest } = simulator.settings;
  return { ...rest, ...change };
}

const send = (messages = [makeMessage(1)], timeoutMs?: number, change = {}): Promise<SendResult[]> =>
  runBatch(plugin, makeBatch(messages, { settings: settings(change) }), (request) =>
    host.send(request, timeoutMs),
  );

const devices = (...ends: string[]) =>
  ends.map((end, index) => makeMessage(index, { address: tokenWith(end) }));

/** The reason with which a call is refused that differs in something from what the plugin plans. */
async function reasonFor({ headers, ...change }: Partial<PlannedRequest>): Promise<string | undefined> {
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  if (!request) throw new Error("nothing planned");
  const answer = await host.send({ ...request, ...change, headers: { ...request.headers, ...headers } });
  return "body" in answer && answer.body !== "" ? JSON.parse(answer.body).reason : undefined;
}

/** The reason with which a token on a connection of its own is refused. */
async function reasonWith(token: string | undefined): Promise<string | undefined> {
  host.close();
  host = new Host(simulator.settings);
  host.authorization = token && `bearer ${token}`;
  return reasonFor({});
}

test("pushes a notification to a device, over HTTP/2", async () => {
  await start();
  const content = { title: "上课提醒", text: "高等数学 8 点开始", link: "campus://c/1", extras: "room=201" };
  const [result] = await send([makeMessage(1, { content })]);
  expect(result).toMatchObject({ status: "accepted", vendorId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(simulator.received()).toMatchObject([
    { to: tokenWith("1002"), text: "上课提醒\n高等数学 8 点开始" },
  ]);
  await expect(fetch(`${simulator.settings.endpoint}/3/device/${tokenWith("1002")}`)).rejects.toThrow();
});

test("tells apart what becomes of each device", async () => {
  await start();
  const results = await send(devices("1234", "6666", "9999", "5555"));
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ["accepted", undefined],
    ["rejected", "Unregistered"],
    ["rejected", "BadDeviceToken"],
    ["rejected", "DeviceTokenNotForTopic"],
  ]);
  expect(results[1]?.detail).toMatch(/^Since \d{4}-.*Z\.$/);
  expect(simulator.received()).toHaveLength(1);
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
  host.close();
  host = new Host(simulator.settings);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

test("replaces a notification by a later one with the same key", async () => {
  await start();
  const message = (n: number, collapseKey: string) =>
    makeMessage(1, { ref: `dlv_${n}`, content: { text: `第 ${n} 条`, collapseKey } });
  await send([message(1, "seat")]);
  await send([message(2, "seat")]);
  await send([message(3, "other")]);
  expect(simulator.received().map(({ text }) => text)).toEqual(["第 2 条", "第 3 条"]);
});

test("holds each device to its notifications a minute", async () => {
  await start({ perDeviceMinute: 1 });
  expect(await send([makeMessage(1)])).toMatchObject([{ status: "accepted" }]);
  expect(await send([makeMessage(1)])).toMatchObject([{ status: "transient", code: "TooManyRequests" }]);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

test("refuses what the vendor refuses", async () => {
  await start();
  const header = (name: string, value: string) => reasonFor({ headers: { [name]: value } });
  expect(await reasonFor({})).toBeUndefined();
  expect(await header("apns-topic", "com.example.other")).toBe("TopicDisallowed");
  expect(await header("apns-topic", "")).toBe("MissingTopic");
  expect(await header("apns-push-type", "shout")).toBe("InvalidPushType");
  expect(await header("apns-push-type", "background")).toBe("BadPriority");
  expect(await header("apns-priority", "7")).toBe("BadPriority");
  expect(await header("apns-expiration", "tomorrow")).toBe("BadExpirationDate");
  expect(await header("apns-collapse-id", "x".repeat(65))).toBe("BadCollapseId");
  expect(await header("apns-id", "17")).toBe("BadMessageId");
  expect(await reasonFor({ body: "" })).toBe("PayloadEmpty");
  expect(await reasonFor({ body: '{"text":"a"}' })).toBe("PayloadEmpty");
  expect(await reasonFor({ body: JSON.stringify({ aps: { alert: "文".repeat(1400) } }) })).toBe(
    "PayloadTooLarge",
  );
  expect(await reasonFor({ url: `${simulator.settings.endpoint}/3/device/abc` })).toBe("BadDeviceToken");
  expect(await reasonFor({ url: `${simulator.settings.endpoint}/2/device/abc` })).toBe("BadPath");
  expect(await reasonFor({ method: "PUT" })).toBe("MethodNotAllowed");
});

test("lets in only who carries a token that the team's key has signed, within the hour", async () => {
  await start();
  const keys = simulator.settings;
  const now = Math.floor(Date.now() / 1000);
  expect(await reasonWith(makeToken(keys))).toBeUndefined();
  expect(await reasonWith(undefined)).toBe("MissingProviderToken");
  expect(await reasonWith(makeToken(keys, { iss: "ANOTHER123" }))).toBe("InvalidProviderToken");
  expect(await reasonWith(makeToken(keys, {}, { kid: "ANOTHER123" }))).toBe("InvalidProviderToken");
  expect(await reasonWith(makeToken(keys, {}, { alg: "none" }))).toBe("InvalidProviderToken");
  expect(await reasonWith(makeToken(keys, { iat: now + 600 }))).toBe("InvalidProviderToken");
  expect(await reasonWith(makeToken(keys, { iat: undefined }))).toBe("InvalidProviderToken");
  expect(await reasonWith(makeToken(keys, { iat: now - 3601 }))).toBe("ExpiredProviderToken");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const signingKey = privateKey.export({ type: "pkcs8", format: "pem" });
  expect(await reasonWith(makeToken({ ...keys, signingKey }))).toBe("InvalidProviderToken");
});

test("has a connection keep its token for twenty minutes", async () => {
  let now = Date.now();
  await start({ now: () => now });
  const keys = simulator.settings;
  const use = (token: string) => {
    host.authorization = `bearer ${token}`;
    return reasonFor({});
  };
  const issuedIn = (minutes: number) => makeToken(keys, { iat: Math.floor(now / 1000) + minutes * 60 });
  const [first, second] = [makeToken(keys), makeToken(keys)];
  expect(await use(first)).toBeUndefined();
  expect(await use(first)).toBeUndefined();
  expect(await use(second)).toBe("TooManyProviderTokenUpdates");
  expect(await use(first)).toBeUndefined();
  now += 21 * 60_000;
  expect(await use(issuedIn(0))).toBeUndefined();
  expect(await use(issuedIn(-1))).toBe("TooManyProviderTokenUpdates");
});

test("proves good settings without sending, and says what is wrong with others", async () => {
  await start();
  const verify = (change: Record<string, string> = {}) =>
    runVerify(plugin, { settings: settings(change), now: Date.now(), seed: "5eed" }, (request) =>
      host.send(request),
    );
  expect(await verify()).toEqual({ ok: true });
  expect(await verify({ topic: "com.example.other" })).toMatchObject({ ok: false, code: "TopicDisallowed" });
  host.authorization = "bearer nothing.like.that";
  expect(await verify()).toMatchObject({ ok: false, code: "InvalidProviderToken" });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await start();
  await send([
    makeMessage(1, { content: { title: "<b>", text: "<script>alert(1)</script>", extras: "a=<i>" } }),
  ]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("APNs 模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).toContain("a=&lt;i&gt;");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
