import { type Receiver, runBatch, signSorted, startReceiver } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  startSimulator,
  type WechatMiniSimulator,
  type WechatMiniSimulatorOptions,
} from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeSender } from "./host.ts";
import { CONTENT, makeBatch, makeMessage } from "./messages.ts";

let receiver: Receiver;
/** What pushes are answered with. */
let answer: { status?: number; body?: string };
let options: WechatMiniSimulatorOptions;
let simulator: WechatMiniSimulator;
beforeEach(async () => {
  answer = {};
  receiver = await startReceiver(({ query }) => ({ body: query.echostr ?? "success", ...answer }));
  options = { receiptsUrl: receiver.url, receiptDelayMs: 1, retryDelaysMs: [1], pushMode: "plain" };
  simulator = await startSimulator(options);
});
afterEach(async () => {
  await simulator.close();
  await receiver.close();
});

const arrived = (count: number) =>
  vi.waitFor(() => expect(receiver.pushes.length).toBeGreaterThanOrEqual(count));

const signature = (...others: string[]) => signSorted(String(simulator.settings.pushToken), ...others);

const read = (body: string) =>
  plugin.parseReceipt({ headers: {}, query: {}, body, settings: {}, now: 0 }).events;

test.each(["xml", "json"] as const)("pushes consents and what became of messages, in %s", async (format) => {
  options.pushFormat = format;
  const { oneTime } = simulator.templateIds;
  const addresses = ["oMiniUser-reader", "oMiniUser-fail"];
  for (const address of addresses) simulator.subscribe(address, oneTime);
  await arrived(2);
  expect(receiver.pushes.every(({ body }) => body.includes("subscribe_msg_popup_event"))).toBe(true);
  receiver.pushes.length = 0;
  const messages = addresses.map((address, index) =>
    makeMessage(index, { address, content: { ...CONTENT, templateId: oneTime } }),
  );
  const { endpoint, appId } = simulator.settings;
  const batch = makeBatch(messages, { settings: { endpoint: String(endpoint), appId: String(appId) } });
  const results = await runBatch(plugin, batch, makeSender(simulator.settings));
  await arrived(2);
  const events = receiver.pushes.flatMap(({ body }) => read(body));
  expect(new Map(events.map(({ vendorId, type }) => [vendorId, type]))).toEqual(
    new Map([
      [results[0]?.vendorId, "delivered"],
      [results[1]?.vendorId, "undelivered"],
    ]),
  );
});

test("signs what it pushes, and what it encrypts a second time", async () => {
  options.pushMode = "safe";
  options.pushFormat = "json";
  simulator.subscribe("oMiniUser-reader", simulator.templateIds.oneTime);
  await arrived(1);
  const [push] = receiver.pushes;
  const { timestamp = "", nonce = "" } = push?.query ?? {};
  const { Encrypt: ciphertext, ...open } = JSON.parse(push?.body ?? "{}");
  expect(Object.keys(open)).toEqual(["ToUserName"]);
  expect(push?.query).toMatchObject({
    signature: signature(timestamp, nonce),
    msg_signature: signature(timestamp, nonce, ciphertext),
    encrypt_type: "aes",
  });
});

test("pushes again what is not taken", async () => {
  answer.status = 500;
  simulator.unsubscribe("oMiniUser-reader", simulator.templateIds.longTerm);
  await arrived(2);
  expect(receiver.pushes.every(({ body }) => body.includes("subscribe_msg_change_event"))).toBe(true);
});

test("asks whether the address is listening", async () => {
  expect(await simulator.proveAddress()).toBe(true);
  answer.status = 401;
  expect(await simulator.proveAddress()).toBe(false);
});
