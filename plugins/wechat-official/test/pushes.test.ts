import { createDecipheriv } from "node:crypto";
import { type ReceivedPush, type Receiver, runBatch, signSorted, startReceiver } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  startSimulator,
  type WechatOfficialSimulator,
  type WechatOfficialSimulatorOptions,
} from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";
import { makeSender } from "./host.ts";
import { CONTENT, makeBatch, makeMessage } from "./messages.ts";

let receiver: Receiver;
/** What pushes are answered with. */
let answer: { status?: number; body?: string };
let options: WechatOfficialSimulatorOptions;
let simulator: WechatOfficialSimulator;
beforeEach(async () => {
  answer = {};
  receiver = await startReceiver(({ query }) => ({ body: query.echostr ?? "success", ...answer }));
  options = { receiptsUrl: receiver.url, receiptDelayMs: 1, retryDelaysMs: [1, 1, 1] };
  simulator = await startSimulator(options);
});
afterEach(async () => {
  await simulator.close();
  await receiver.close();
});

const USERS = { reader: "oTestUser-reader", blocking: "oTestUser-block", unlucky: "oTestUser-fail" };

function sendTo(...addresses: string[]) {
  const content = { ...CONTENT, templateId: simulator.templateIds.template };
  const messages = addresses.map((address, index) => makeMessage(index, { address, content }));
  const settings = { endpoint: String(simulator.settings.endpoint), appId: String(simulator.settings.appId) };
  return runBatch(plugin, makeBatch(messages, { settings }), makeSender(simulator.settings));
}

const arrived = (count: number) =>
  vi.waitFor(() => expect(receiver.pushes.length).toBeGreaterThanOrEqual(count));

/** What the vendor encrypted, and the AppID at its end. */
function decrypt(ciphertext: string): { text: string; appId: string } {
  const key = Buffer.from(`${simulator.settings.encodingAesKey}=`, "base64");
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(ciphertext, "base64"), decipher.final()]);
  const plain = padded.subarray(0, -(padded.at(-1) ?? 0));
  const end = 20 + plain.readUInt32BE(16);
  return { text: plain.toString("utf8", 20, end), appId: plain.toString("utf8", end) };
}

const isSigned = ({ query }: ReceivedPush) =>
  query.signature ===
  signSorted(String(simulator.settings.pushToken), query.timestamp ?? "", query.nonce ?? "");

/** What the plugin makes of a push in plain text. */
const read = (body: string) =>
  plugin.parseReceipt({ headers: {}, query: {}, body, settings: {}, now: 0 }).events;

test("pushes what became of template messages, in plain text and signed", async () => {
  options.pushMode = "plain";
  const results = await sendTo(...Object.values(USERS));
  await arrived(3);
  expect(receiver.pushes.every(isSigned)).toBe(true);
  const fates = receiver.pushes
    .flatMap(({ body }) => read(body))
    .map(({ vendorId, code }) => [vendorId, code]);
  expect(new Map(fates as [string, string | undefined][])).toEqual(
    new Map([
      [results[0]?.vendorId, undefined],
      [results[1]?.vendorId, "user_block"],
      [results[2]?.vendorId, "system_failed"],
    ]),
  );
});

test.each(["xml", "json"] as const)("encrypts pushes in %s, and signs what is encrypted", async (format) => {
  options.pushFormat = format;
  await sendTo(USERS.reader);
  await arrived(1);
  const [push] = receiver.pushes;
  const ciphertext = /Encrypt(?:><!\[CDATA\[|":")([A-Za-z0-9+/=]+)/.exec(push?.body ?? "")?.[1] ?? "";
  const { timestamp = "", nonce = "", msg_signature: signature, encrypt_type: type } = push?.query ?? {};
  expect(type).toBe("aes");
  expect(signature).toBe(signSorted(String(simulator.settings.pushToken), timestamp, nonce, ciphertext));
  expect(push?.body).not.toContain(USERS.reader);
  const { text, appId } = decrypt(ciphertext);
  expect(appId).toBe(simulator.settings.appId);
  expect(read(text)).toMatchObject([{ type: "delivered" }]);
});

test.each(["xml", "json"] as const)("sends both forms in compatible mode, in %s", async (format) => {
  options.pushMode = "compatible";
  options.pushFormat = format;
  await sendTo(USERS.reader);
  await arrived(1);
  const body = receiver.pushes[0]?.body ?? "";
  expect(body).toContain("Encrypt");
  expect(read(body)).toMatchObject([{ type: "delivered" }]);
});

test("tells of consents and of their end", async () => {
  options.pushMode = "plain";
  simulator.subscribe(USERS.reader);
  await arrived(1);
  simulator.subscribe(USERS.reader, false);
  await arrived(2);
  simulator.unsubscribe(USERS.reader);
  await arrived(3);
  const told = receiver.pushes.map(({ body }) => [
    /<Event><!\[CDATA\[(\w+)/.exec(body)?.[1],
    /<SubscribeStatusString><!\[CDATA\[(\w+)/.exec(body)?.[1],
  ]);
  expect(told).toEqual([
    ["subscribe_msg_popup_event", "accept"],
    ["subscribe_msg_popup_event", "reject"],
    ["subscribe_msg_change_event", "reject"],
  ]);
});

test("pushes three times more what is not taken, signed anew", async () => {
  answer.status = 500;
  await sendTo(USERS.reader);
  await arrived(4);
  expect(new Set(receiver.pushes.map(({ query }) => query.nonce)).size).toBe(4);
  expect(receiver.pushes.every(isSigned)).toBe(true);
});

test("pushes twice, and the wrong way round, on request", async () => {
  options.pushMode = "plain";
  options.pushHabit = "twice";
  await sendTo(USERS.reader);
  await arrived(2);
  expect(receiver.pushes[0]?.body).toBe(receiver.pushes[1]?.body);
  receiver.pushes.length = 0;
  options.pushHabit = "backwards";
  simulator.subscribe(USERS.reader);
  simulator.unsubscribe(USERS.reader);
  await arrived(2);
  expect(receiver.pushes.map(({ body }) => body.includes("popup"))).toEqual([false, true]);
});

test("asks whether the address is listening, and believes only the right answer", async () => {
  expect(await simulator.proveAddress()).toBe(true);
  expect(receiver.pushes[0]).toMatchObject({ method: "GET" });
  expect(receiver.pushes.every(isSigned)).toBe(true);
  answer.body = "something else";
  expect(await simulator.proveAddress()).toBe(false);
  answer.status = 403;
  expect(await simulator.proveAddress()).toBe(false);
});
