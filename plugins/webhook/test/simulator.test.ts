import { runBatch, runRecall, runVerify, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeBatch, makeMessage, makeSender, signWebhook } from "./sender.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

function send(messages = [makeMessage(1)], sender = makeSender(simulator.settings.secret)) {
  const settings = { url: simulator.settings.url ?? "" };
  return runBatch(plugin, makeBatch(messages, { settings }), sender);
}

test("signs the example of the specification as the specification does", () => {
  const request = {
    id: "1",
    refs: [],
    method: "POST" as const,
    url: "https://example.com",
    idempotencyKey: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    body: '{"test": 2432232314}',
  };
  const headers = signWebhook(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_614_265_330);
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("hands a message over", async () => {
  expect(await send()).toEqual([{ ref: "dlv_1", status: "accepted" }]);
  expect(simulator.received()).toMatchObject([{ to: "user-1", text: "王同学1，明天放假", ref: "dlv_1" }]);
});

/** Takes back what was sent, over the same signed way. */
function takeBack(messages = [makeMessage(1)], sender = makeSender(simulator.settings.secret)) {
  const settings = { url: simulator.settings.url ?? "" };
  const sent = messages.map(({ ref, address }) => ({ ref, batchRef: "bat_1", address, sentAt: Date.now() }));
  return runRecall(plugin, { messages: sent, settings, now: Date.now(), seed: "5eed" }, sender);
}

test("takes a message back, once or twice, and says where it is too late", async () => {
  const reader = { ...makeMessage(2), address: "reader" };
  await send([makeMessage(1), reader]);
  expect(await takeBack([makeMessage(1), reader, makeMessage(3)])).toMatchObject([
    { ref: "dlv_1", status: "recalled" },
    { ref: "dlv_2", status: "too_late", code: "http_409" },
    { ref: "dlv_3", status: "failed", code: "http_404" },
  ]);
  expect(await takeBack()).toEqual([{ ref: "dlv_1", status: "recalled" }]);
});

test("calls nothing taken back that the receiver did not confirm", async () => {
  const answers = [
    { status: 204, headers: {}, body: "" },
    { status: 200, headers: {}, body: '{"message":"ok"}' },
    { status: 503, headers: {}, body: "" },
  ];
  const statuses = await Promise.all(
    answers.map(async (answer) => (await takeBack([makeMessage(1)], async () => answer))[0]?.status),
  );
  expect(statuses).toEqual(["failed", "failed", "unanswered"]);
});

test("keeps a repeat only once", async () => {
  await send();
  await send();
  expect(simulator.received()).toHaveLength(1);
});

test("refuses a wrong secret and an old timestamp", async () => {
  const forged = makeSender("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  expect(await send([makeMessage(1)], forged)).toMatchObject([{ status: "config", code: "http_401" }]);
  const late = makeSender(simulator.settings.secret, 2000, () => Date.now() - 6 * 60_000);
  expect(await send([makeMessage(1)], late)).toMatchObject([{ status: "config", code: "http_401" }]);
  expect(simulator.received()).toEqual([]);
});

test("answers each message of a batch for itself", async () => {
  const gone = { ...makeMessage(2), address: "gone" };
  const results = await send([makeMessage(1), gone, makeMessage(3)]);
  expect(results.map((result) => result.status)).toEqual(["accepted", "rejected", "accepted"]);
});

test.each([
  ["refuse", "config", 0],
  ["busy", "throttled", 0],
  ["drop", "unknown", 0],
  ["hang", "unknown", 1],
] as const)("calls a message %s → %s", async (fault, status, receivedCount) => {
  simulator.misbehave(fault, 1);
  const sender = makeSender(simulator.settings.secret, 200);
  expect(await send([makeMessage(1)], sender)).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
});

test("proves the settings with a ping that nobody sees", async () => {
  const input = { settings: { url: simulator.settings.url ?? "" }, now: Date.now(), seed: "5eed" };
  expect(await runVerify(plugin, input, makeSender(simulator.settings.secret))).toEqual({ ok: true });
  expect(simulator.received()).toEqual([]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  const message = makeMessage(1);
  await send([{ ...message, content: { ...message.content, title: "<img src=x>" } }]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("接收端模拟器");
  expect(await page("en")).toContain("&lt;img src=x&gt;");
});
