import type { Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import { open } from "../src/plugin.ts";
import { makeBatch, makeMail, openInput } from "./messages.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

async function send(messages = [makeMail(1)], change: Record<string, string | number> = {}) {
  const session = open(openInput(simulator, change));
  const results = await session.send(makeBatch(messages));
  await session.close();
  return results;
}

test("sends each recipient a mail of their own", async () => {
  const results = await send([makeMail(1), makeMail(2)]);
  expect(results).toEqual([
    { ref: "dlv_1", status: "accepted" },
    { ref: "dlv_2", status: "accepted" },
  ]);
  expect(simulator.received().sort((a, b) => a.to.localeCompare(b.to))).toMatchObject([
    { to: "user1@example.com", text: "第 1 位同学，明天放假。", ref: "dlv_1" },
    { to: "user2@example.com", text: "第 2 位同学，明天放假。", ref: "dlv_2" },
  ]);
});

test("answers each mail of a batch for itself", async () => {
  const content = { subject: "x", text: " ", html: "" };
  const results = await send([
    makeMail(1),
    makeMail(2, { address: "bounce@example.com" }),
    makeMail(3, { address: "defer@example.com" }),
    makeMail(4, { address: "full@example.com" }),
    makeMail(5, { address: "spam@example.com" }),
    makeMail(6, { address: "nobody" }),
    makeMail(7, { content }),
    makeMail(8, { address: "refused@example.com" }),
    ...Array.from({ length: 40 }, (_, index) => makeMail(100 + index)),
  ]);
  expect(results.slice(0, 8).map(({ status, code }) => [status, code])).toEqual([
    ["accepted", undefined],
    ["rejected", "5.1.1"],
    ["transient", "450"],
    ["transient", "452"],
    ["rejected", "554"],
    ["rejected", "invalid_address"],
    ["rejected", "no_body"],
    ["rejected", "550"],
  ]);
  expect(results.slice(8).every(({ status }) => status === "accepted")).toBe(true);
  expect(simulator.received()).toHaveLength(41);
});

test.each([
  ["refuse", "rejected", "550", 0],
  ["busy", "throttled", "451", 0],
  ["hang", "unknown", "connection_lost", 1],
] as const)("calls a mail %s → %s", async (fault, status, code, receivedCount) => {
  simulator.misbehave(fault, 1);
  const session = open({ ...openInput(simulator), limits: { concurrency: 1, timeoutMs: 500 } });
  expect(await session.send(makeBatch([makeMail(1)]))).toMatchObject([{ status, code }]);
  expect(simulator.received()).toHaveLength(receivedCount);
  expect(await session.send(makeBatch([makeMail(2)]))).toMatchObject([{ status: "accepted" }]);
  await session.close();
});

test("replaces a pooled connection that breaks before the mail was handed over", async () => {
  const session = open(openInput(simulator));
  await session.send(makeBatch([makeMail(1)]));
  simulator.misbehave("drop", 1);
  expect(await session.send(makeBatch([makeMail(2)]))).toMatchObject([{ status: "accepted" }]);
  simulator.misbehave("drop", 2);
  expect(await session.send(makeBatch([makeMail(3)]))).toMatchObject([
    { status: "transient", code: "not_connected" },
  ]);
  await session.close();
});

test("notices that the server has closed a pooled connection", async () => {
  const session = open(openInput(simulator));
  await session.send(makeBatch([makeMail(1)]));
  const smtpPort = Number(simulator.settings.port);
  await simulator.close();
  simulator = await startSimulator({ smtpPort });
  // The new server knows another password: being asked for it proves that the connection is new.
  expect(await session.send(makeBatch([makeMail(2)]))).toMatchObject([{ status: "config", code: "535" }]);
  await session.close();
});

test("calls a server that is not there, not resolved or not allowed by its name", async () => {
  expect(await send([makeMail(1), makeMail(2)], { port: 9 })).toMatchObject([
    { status: "transient", code: "not_connected" },
    { status: "transient", code: "not_connected" },
  ]);
  const refusing = (code: string) =>
    open({
      ...openInput(simulator),
      resolve: () => Promise.reject(Object.assign(new Error(code), { code })),
    }).send(makeBatch([makeMail(1)]));
  expect(await refusing("ENOTFOUND")).toMatchObject([{ status: "transient", code: "host_not_found" }]);
  expect(await refusing("blocked")).toMatchObject([{ status: "config", code: "blocked" }]);
});

test("dials the address it was given for the host", async () => {
  const dialled: string[] = [];
  const session = open({
    ...openInput(simulator, { host: "smtp.school.example" }),
    resolve: async (host) => {
      dialled.push(host);
      return "127.0.0.1";
    },
  });
  expect(await session.send(makeBatch([makeMail(1)]))).toMatchObject([{ status: "accepted" }]);
  expect(dialled).toEqual(["smtp.school.example"]);
  await session.close();
});

test.each(["starttls", "tls"] as const)("trusts no certificate of unknown origin (%s)", async (tls) => {
  const secured = await startSimulator({ tls });
  const session = open(openInput(secured, { host: "127.0.0.1" }));
  expect(await session.verify()).toMatchObject({ ok: false, code: "certificate" });
  await secured.close();
});

test("does not fall back to plain text when the server offers no encryption", async () => {
  expect(await send([makeMail(1)], { encryption: "starttls" })).toMatchObject([{ status: "config" }]);
  expect(simulator.received()).toEqual([]);
});

test("proves good settings, and says what is wrong with others", async () => {
  expect(await open(openInput(simulator)).verify()).toEqual({ ok: true });
  const wrong = await open(openInput(simulator, { password: "wrong" })).verify();
  expect(wrong).toMatchObject({ ok: false, code: "535" });
  expect(JSON.stringify(wrong)).not.toContain(String(simulator.settings.password));
});

test("shows what arrived on a page, in both languages, with HTML shut in a sandbox", async () => {
  const html = `<h1>你好</h1><script>alert("1")</script>`;
  await send([makeMail(1, { content: { subject: "<b>主题</b>", html } })]);
  const page = async (path: string) => (await fetch(new URL(path, simulator.url))).text();
  expect(await page("?lang=zh")).toContain("邮件模拟器");
  expect(await page("?lang=en")).toContain("&lt;b&gt;主题");
  const opened = await page("/mails/1");
  expect(opened).toContain(`<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc=`);
  expect(opened).not.toContain("<script>alert");
});

test("makes the URLs of a text links that open pages of their own", async () => {
  const content = { subject: "x", text: "见 https://x.cn/a?b=1&c=2。<b>" };
  await send([makeMail(1, { content })]);
  const page = await (await fetch(new URL("/mails/1", simulator.url))).text();
  const url = "https://x.cn/a?b=1&amp;c=2";
  expect(page).toContain(`见 <a href="${url}" target="_blank" rel="noreferrer">${url}</a>。&lt;b&gt;`);
});
