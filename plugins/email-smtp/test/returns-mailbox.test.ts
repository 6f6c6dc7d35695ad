import type { ReceiptEvent } from "@tidings/sdk/plugin";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type EmailSimulator, startSimulator } from "../simulator/index.ts";
import { markOf } from "../src/own-mark.ts";
import { open } from "../src/plugin.ts";
import { KEY, makeBatch, makeMail, openInput } from "./messages.ts";
import { NOTICES } from "./returned-notices.ts";

let simulator: EmailSimulator;
beforeEach(async () => {
  simulator = await startSimulator({ receiptDelayMs: 10 });
});
afterEach(() => simulator.close());

function openWith(change: Record<string, string | number> = {}) {
  const { returnsPassword, ...returns } = { ...simulator.returns, ...change };
  const input = openInput(simulator, returns);
  return open({ ...input, secrets: { ...input.secrets, returnsPassword: String(returnsPassword) } });
}

/** Visits as the host does, and keeps what comes. */
async function visit(session: ReturnType<typeof open>, cursor?: string) {
  const events: ReceiptEvent[] = [];
  let reached = cursor;
  const output = await session.collect?.({
    ...(cursor !== undefined && { cursor }),
    now: Date.now(),
    keep: async (some, at) => {
      events.push(...some);
      reached = at;
    },
  });
  return { output, events, cursor: reached };
}

const put = (text: string) => simulator.returnsBox.put(Buffer.from(text.replace(/\n/g, "\r\n")));
const seen = () => simulator.returnsBox.mails.map(({ isSeen }) => isSeen);
const returnOf = (ref: string) => NOTICES[0]?.write(markOf(KEY, ref)) ?? "";
const LETTER = "From: wang@example.com\nTo: notice@school.example\nSubject: 550\n\nHello 550 5.1.1\n";

test("finds out which of the mails that were taken came back, and of a delay nothing", async () => {
  const session = openWith();
  const sent = await session.send(
    makeBatch([
      makeMail(1, { address: "late-bounce@gone.example" }),
      makeMail(2, { address: "delayed@slow.example" }),
      makeMail(3),
    ]),
  );
  expect(sent.every(({ status }) => status === "accepted")).toBe(true);
  await vi.waitFor(() => expect(simulator.returnsBox.mails).toHaveLength(2));
  const { output, events } = await visit(session);
  expect(output).toEqual({ hasMore: false });
  expect(events).toMatchObject([{ ref: "dlv_1", type: "undelivered", code: "5.1.1" }]);
  const page = await (await fetch(new URL("?lang=zh", simulator.url))).text();
  expect(page).toContain("已退信");
  expect(page).toContain("已通知延迟");
  await session.close();
});

test("goes on behind the last mail, and marks nothing but its own returns as seen", async () => {
  const session = openWith();
  put(LETTER);
  put(returnOf("dlv_1"));
  const first = await visit(session);
  expect(first.events.map(({ ref }) => ref)).toEqual(["dlv_1"]);
  expect(seen()).toEqual([false, true]);
  const second = await visit(session, first.cursor);
  expect(second.events).toEqual([]);
  put(returnOf("dlv_2"));
  put(LETTER);
  const third = await visit(session, second.cursor);
  expect(third.events.map(({ ref }) => ref)).toEqual(["dlv_2"]);
  expect(seen()).toEqual([false, true, true, false]);
  expect(simulator.returnsBox.mails).toHaveLength(4);
  await session.close();
});

test("reads a return again, to the same event, when it could not be kept", async () => {
  const session = openWith();
  put(returnOf("dlv_1"));
  const refused = await session.collect?.({
    now: Date.now(),
    keep: () => Promise.reject(new Error("the database is away")),
  });
  expect(refused?.failure).toBeDefined();
  expect(seen()).toEqual([false]);
  expect((await visit(session)).events).toMatchObject([{ eventId: "returned:dlv_1" }]);
  expect((await visit(session)).events).toMatchObject([{ eventId: "returned:dlv_1" }]);
  await session.close();
});

test("looks at so many mails a visit, and says that more are waiting", async () => {
  const session = openWith();
  for (let index = 0; index < 205; index++) put(index === 202 ? returnOf("dlv_9") : LETTER);
  const first = await visit(session);
  expect(first).toMatchObject({ output: { hasMore: true }, events: [] });
  const second = await visit(session, first.cursor);
  expect(second).toMatchObject({ output: { hasMore: false }, events: [{ ref: "dlv_9" }] });
  await session.close();
});

test("loses no more than a portion of a visit that is broken off", async () => {
  const session = openWith();
  for (let index = 0; index < 50; index++) put(index === 5 ? returnOf("dlv_5") : LETTER);
  const kept: { count: number; cursor: string }[] = [];
  const output = await session.collect?.({
    now: Date.now(),
    keep: async (events, cursor) => {
      if (kept.length === 2) throw new Error("the process ends");
      kept.push({ count: events.length, cursor });
    },
  });
  expect(output?.failure).toBeDefined();
  expect(kept).toEqual([
    { count: 1, cursor: "1:21" },
    { count: 0, cursor: "1:41" },
  ]);
  expect(await visit(session, "1:41")).toMatchObject({ output: { hasMore: false }, cursor: "1:51" });
  await session.close();
});

test("begins with the last days when the server has numbered its mails anew", async () => {
  const session = openWith();
  put(returnOf("dlv_1"));
  expect((await visit(session, "77:500")).events).toMatchObject([{ ref: "dlv_1" }]);
  await session.close();
});

test("reads no more of a mail than it has to", async () => {
  const session = openWith();
  put(`${returnOf("dlv_1")}${"x".repeat(70)}\n`.padEnd(900_000, "y\n"));
  expect((await visit(session)).events).toMatchObject([{ ref: "dlv_1" }]);
  await session.close();
});

test("proves the mailbox with the rest of the settings, and says what is wrong", async () => {
  expect(await openWith().verify()).toEqual({ ok: true });
  const wrong = await openWith({ returnsPassword: "wrong-one" }).verify();
  expect(wrong).toMatchObject({ ok: false, code: "returns_login_refused" });
  expect(JSON.stringify(wrong)).not.toContain("wrong-one");
  expect(await openWith({ returnsPort: 9 }).verify()).toMatchObject({
    ok: false,
    code: "returns_not_reached",
  });
  expect((await visit(openWith({ returnsPort: 9 }))).output).toMatchObject({
    failure: { code: "returns_not_reached" },
  });
});

test("dials the address it was given for the host and port", async () => {
  const { returnsPassword, ...returns } = simulator.returns;
  const dialled: [string, number][] = [];
  const input = openInput(simulator, { ...returns, returnsHost: "imap.school.example" });
  const session = open({
    ...input,
    secrets: { ...input.secrets, returnsPassword: String(returnsPassword) },
    resolve: async (host, port) => {
      dialled.push([host, port]);
      return "127.0.0.1";
    },
  });
  expect((await visit(session)).output).toEqual({ hasMore: false });
  expect(dialled).toEqual([["imap.school.example", simulator.returns.returnsPort]]);
  const blocked = open({
    ...input,
    resolve: () => Promise.reject(Object.assign(new Error("blocked"), { code: "blocked" })),
  });
  expect((await visit(blocked)).output).toMatchObject({ failure: { code: "returns_blocked" } });
});

test("asks nobody without a mailbox", async () => {
  const session = open(openInput(simulator));
  expect(await visit(session)).toMatchObject({ output: { hasMore: false }, events: [] });
  await session.close();
});

test("has mail returned to a tagged address where that is wanted", async () => {
  const change = { returnPath: "bounces@school.example", returnPathTag: "plus" };
  const session = openWith(change);
  await session.send(makeBatch([makeMail(1, { address: "late-bounce@gone.example" })]));
  await vi.waitFor(() => expect(simulator.returnsBox.mails).toHaveLength(1));
  const notice = simulator.returnsBox.mails[0]?.raw.toString() ?? "";
  expect(notice).toContain(`To: bounces+${markOf(KEY, "dlv_1")}@school.example`);
  expect(notice).toContain("From: =?UTF-8?B?55+l6KGM5a2m5qCh?= <notice@school.example>");
  await session.close();
});

test("gives marketing mail the headers of a one-click unsubscription, and no other", async () => {
  const session = open(openInput(simulator));
  const unsubscribeUrl = "https://msg.school.example/u/abc";
  await session.send(makeBatch([makeMail(1, { address: "late-bounce@x.cn", unsubscribeUrl })]));
  await session.send(makeBatch([makeMail(2, { address: "late-bounce@x.cn" })]));
  await vi.waitFor(() => expect(simulator.returnsBox.mails).toHaveLength(2));
  const [first = "", second = ""] = simulator.returnsBox.mails.map(({ raw }) => raw.toString());
  expect(first).toContain(
    `List-Unsubscribe: <${unsubscribeUrl}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`,
  );
  expect(second).not.toContain("List-Unsubscribe");
  await session.close();
});
