import { generateKeyPairSync } from "node:crypto";
import type { SendResult } from "@tidings/sdk/plugin";
import { runBatch, runVerify } from "@tidings/sdk/testing";
import { afterEach, expect, test } from "vitest";
import { type FcmSimulator, type FcmSimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { askForToken, makeAssertion, makeSender } from "./host.ts";
import { makeBatch, makeMessage, tokenWith } from "./messages.ts";

let simulator: FcmSimulator;
afterEach(() => simulator.close());

async function start(options: FcmSimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator(options);
}

function settings(change: Record<string, string | number | boolean> = {}) {
  const { serviceAccount: _, ...rest } = simulator.settings;
  return { ...rest, ...change };
}

function send(messages = [makeMessage(1)], timeoutMs?: number, change = {}): Promise<SendResult[]> {
  const batch = makeBatch(messages, { settings: settings(change) });
  return runBatch(plugin, batch, makeSender(simulator.settings, timeoutMs));
}

const devices = (...ends: string[]) =>
  ends.map((end, index) => makeMessage(index, { address: tokenWith(end) }));

/** What the vendor says to a message with something changed. */
async function violationOf(change: object): Promise<unknown> {
  const [request] = plugin.plan(makeBatch([makeMessage(1)], { settings: settings() })).requests;
  const { message } = JSON.parse(request?.body ?? "{}");
  const body = JSON.stringify({ message: { ...message, ...change } });
  const answer = await makeSender(simulator.settings)({
    id: "1",
    refs: [],
    method: "POST",
    url: "",
    ...request,
    body,
  });
  if ("error" in answer) return answer.error;
  const { error } = JSON.parse(answer.body);
  return error?.details?.[0]?.fieldViolations?.[0]?.field ?? error?.details?.[0]?.errorCode;
}

test("pushes a notification to a device", async () => {
  await start();
  const content = { title: "上课提醒", text: "高等数学 8 点开始", link: "campus://c/1", extras: "room=201" };
  const [result] = await send([makeMessage(1, { content })]);
  expect(result).toMatchObject({ status: "accepted", vendorId: expect.stringMatching(/^0:\d+%[0-9a-f]+$/) });
  expect(simulator.received()).toMatchObject([
    { to: tokenWith("1002"), text: "上课提醒\n高等数学 8 点开始" },
  ]);
});

test("tells apart what becomes of each device", async () => {
  await start();
  const results = await send(devices("1234", "6666", "5555", "9999", "4444"));
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ["accepted", undefined],
    ["rejected", "UNREGISTERED"],
    ["rejected", "SENDER_ID_MISMATCH"],
    ["rejected", "INVALID_ARGUMENT"],
    ["config", "THIRD_PARTY_AUTH_ERROR"],
  ]);
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
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
});

test("holds the project and each device to their messages a minute", async () => {
  await start({ perMinute: 3, perDeviceMinute: 1 });
  const again = { ...makeMessage(1), ref: "dlv_again" };
  expect(await send([makeMessage(1)])).toMatchObject([{ status: "accepted" }]);
  expect(await send([again])).toMatchObject([
    { status: "transient", code: "QUOTA_EXCEEDED", retryAfterMs: 60_000 },
  ]);
  expect(await send([makeMessage(2)])).toMatchObject([{ status: "accepted" }]);
  expect(await send([makeMessage(3)])).toMatchObject([{ status: "throttled", retryAfterMs: 60_000 }]);
});

test("refuses what the vendor refuses", async () => {
  await start();
  expect(await violationOf({})).toBeUndefined();
  expect(await violationOf({ data: { count: 1 } })).toBe("message.data");
  expect(await violationOf({ data: { "google.a": "1" } })).toBe("message.data");
  expect(await violationOf({ android: { ttl: "86400" } })).toBe("message.android.ttl");
  expect(await violationOf({ android: { ttl: "2419201s" } })).toBe("message.android.ttl");
  expect(await violationOf({ android: { priority: "high!" } })).toBe("message.android.priority");
  expect(await violationOf({ apns: { headers: { "apns-priority": "7" } } })).toBe("message.apns.headers");
  expect(await violationOf({ notification: { body: "a", sound: "x" } })).toBe("notification");
  expect(await violationOf({ notification: { body: "文".repeat(1400) } })).toBe("message");
  expect(await violationOf({ topic: "news" })).toBe("message");
  expect(await violationOf({ token: "too-short" })).toBe("INVALID_ARGUMENT");
});

test("gives a token only for what the holder of the key has signed, for this address and for now", async () => {
  await start();
  const keys = simulator.settings;
  const ask = async (change: object = {}, header: object = {}) => {
    const { error = "given" } = (await askForToken(
      keys,
      makeAssertion(keys, { ...change }, { ...header }),
    )) as {
      error?: string;
    };
    return error;
  };
  const now = Math.floor(Date.now() / 1000);
  expect(await ask()).toBe("given");
  expect(await ask({ iss: "somebody@else.example" })).toBe("invalid_grant");
  expect(await ask({ aud: "https://elsewhere.example/token" })).toBe("invalid_grant");
  expect(await ask({ iat: now - 7200, exp: now - 3600 })).toBe("invalid_grant");
  expect(await ask({ iat: now + 3600, exp: now + 7200 })).toBe("invalid_grant");
  expect(await ask({ exp: now + 7200 })).toBe("invalid_grant");
  expect(await ask({ scope: "everything" })).toBe("invalid_scope");
  expect(await ask({}, { kid: "another" })).toBe("invalid_grant");
  expect(await ask({}, { alg: "none" })).toBe("invalid_grant");
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const file = {
    ...JSON.parse(String(keys.serviceAccount)),
    private_key: stranger.export({ type: "pkcs8", format: "pem" }),
  };
  const forged = makeAssertion({ ...keys, serviceAccount: JSON.stringify(file) });
  expect(await askForToken(keys, forged)).toMatchObject({ status: 400, error: "invalid_grant" });
  expect(await askForToken(keys, makeAssertion(keys), "device_code")).toMatchObject({
    error: "unsupported_grant_type",
  });
});

test("lets nobody in with a token that has ended", async () => {
  let now = Date.now();
  await start({ tokenLifetimeSeconds: 100, now: () => now });
  const sender = makeSender(simulator.settings);
  const batch = (n: number) => makeBatch([makeMessage(n)], { settings: settings() });
  expect(await runBatch(plugin, batch(1), sender)).toMatchObject([{ status: "accepted" }]);
  now += 101_000;
  expect(await runBatch(plugin, batch(2), sender)).toMatchObject([
    { status: "config", code: "UNAUTHENTICATED" },
  ]);
});

test("proves good settings without sending, and says what is wrong with others", async () => {
  await start();
  const verify = (change: Record<string, string>) =>
    runVerify(
      plugin,
      { settings: settings(change), now: Date.now(), seed: "5eed" },
      makeSender(simulator.settings),
    );
  expect(await verify({})).toEqual({ ok: true });
  expect(await verify({ projectId: "another-project" })).toMatchObject({
    ok: false,
    code: "PERMISSION_DENIED",
  });
  simulator.misbehave("refuse", 1);
  expect(await verify({})).toMatchObject({ ok: false, code: "PERMISSION_DENIED" });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  await start();
  await send([
    makeMessage(1, { content: { title: "<b>", text: "<script>alert(1)</script>", extras: "a=<i>" } }),
  ]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("FCM 模拟器");
  expect(await page("en")).toContain("&lt;script&gt;alert(1)");
  expect(await page("en")).toContain("a=&lt;i&gt;");
  expect(await page("en")).not.toContain("<script>alert(1)");
});
