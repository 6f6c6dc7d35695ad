import { runBatch, runVerify, type Simulator, startReceiver } from "@tidings/sdk/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { GateAuth } from "../simulator/gate.ts";
import { type GatewaySimulatorOptions, startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeBatch, makeMessage } from "./messages.ts";
import { makeSender, split } from "./sender.ts";

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: GatewaySimulatorOptions = {}) {
  simulator = await startSimulator(options);
  const channel = split(simulator);
  return (messages = [makeMessage(1)], sender = makeSender(channel)) =>
    runBatch(plugin, makeBatch(messages, channel.settings), sender);
}

const to = (index: number, address: string) => ({ ...makeMessage(index), address });

describe.each<GateAuth>(["bearer", "basic", "header", "query", "signature"])("a gateway with %s", (auth) => {
  test("takes who proves himself and refuses everybody else", async () => {
    const send = await start({ auth });
    const channel = split(simulator);
    expect(await send()).toMatchObject([{ ref: "dlv_1", status: "accepted" }]);
    const forged = makeSender({ ...channel, secret: [...channel.secret].reverse().join("") });
    expect(await send([makeMessage(2)], forged)).toMatchObject([{ status: "config", code: "4001" }]);
    expect(simulator.received()).toMatchObject([{ to: "user-1", text: "王同学1，明天放假", ref: "dlv_1" }]);
    const input = { settings: channel.settings, now: Date.now(), seed: "5eed" };
    expect(await runVerify(plugin, input, makeSender(channel))).toEqual({ ok: true });
    expect(await runVerify(plugin, input, forged)).toMatchObject({ ok: false, code: "http_401" });
  });
});

test.each(["json", "form", "list"] as const)("answers each message for itself: %s", async (form) => {
  const send = await start({ form });
  const results = await send([to(1, "a"), to(2, "b-gone"), to(3, "c-busy"), to(4, "d")]);
  expect(new Map(results.map(({ ref, status, code }) => [ref, code ?? status]))).toEqual(
    new Map([
      ["dlv_1", "accepted"],
      ["dlv_2", "1001"],
      ["dlv_3", "2001"],
      ["dlv_4", "accepted"],
    ]),
  );
  expect(results.find(({ ref }) => ref === "dlv_1")?.vendorId).toMatch(/^9\d{18}$/);
  expect(simulator.received().map((message) => message.to)).toEqual(["a", "d"]);
});

test("puts those with one text into one call", async () => {
  const send = await start({ form: "list" });
  const calls: number[] = [];
  const sender = makeSender(split(simulator));
  const messages = [1, 2, 3].map((index) => ({ ...makeMessage(index), content: { text: "明天放假" } }));
  await send(messages, (request) => {
    calls.push(request.refs.length);
    return sender(request);
  });
  expect(calls).toEqual([3]);
  expect(simulator.received()).toHaveLength(3);
});

test("is sent a message twice and keeps it once, by its key", async () => {
  const send = await start();
  await send();
  await send();
  expect(simulator.received()).toHaveLength(1);
});

test.each([
  ["refuse", "json", "config", 0],
  ["busy", "json", "throttled", 0],
  ["drop", "json", "transient", 0],
  ["hang", "json", "transient", 1],
  ["drop", "list", "unknown", 0],
  ["hang", "list", "unknown", 1],
] as const)("calls a message %s with %s → %s", async (fault, form, status, receivedCount) => {
  const send = await start({ form });
  simulator.misbehave(fault, 1);
  expect(await send([makeMessage(1)], makeSender(split(simulator), 200))).toMatchObject([{ status }]);
  expect(simulator.received()).toHaveLength(receivedCount);
});

test("pushes receipts that are read by its description", async () => {
  const options: GatewaySimulatorOptions = { receiptDelayMs: 1 };
  const send = await start(options);
  const { settings } = split(simulator);
  const receiver = await startReceiver(() => ({ body: '{"code":0}' }));
  options.receiptsUrl = receiver.url;
  const results = await send([to(1, "a"), to(2, "b-off")]);
  await vi.waitUntil(() => new Set(receiver.pushes.map(({ body }) => body)).size >= 2);
  await receiver.close();
  const events = receiver.pushes.flatMap(
    ({ body }) => plugin.parseReceipt({ headers: {}, query: {}, body, settings, now: Date.now() }).events,
  );
  const typeOf = (index: number) =>
    events.find(({ vendorId }) => vendorId === results[index]?.vendorId)?.type;
  expect([typeOf(0), typeOf(1)]).toEqual(["delivered", "undelivered"]);
});

test("shows what arrived on a page, in both languages, with nothing to inject", async () => {
  const send = await start();
  await send([{ ...makeMessage(1), content: { title: "<img src=x>", text: "x" } }]);
  const page = async (lang: string) => (await fetch(`${simulator.url}?lang=${lang}`)).text();
  expect(await page("zh")).toContain("自建网关模拟器");
  expect(await page("en")).toContain("&lt;img src=x&gt;");
});
