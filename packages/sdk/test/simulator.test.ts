import { once } from "node:events";
import { createServer } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import { createPage, FaultPlan, html, Inbox, listen, Pushes, type PushHabit } from "@tidings/sdk/testing";
import { expect, test, vi } from "vitest";

const TEXTS = {
  zh: { title: "模拟器", subtitle: "不会真的发出", empty: "还没有消息" },
  en: { title: "Simulator", subtitle: "Nothing is sent", empty: "No messages yet" },
};

function openPage(messages: { to: string; text: string; at: number }[]) {
  const page = createPage({ layout: "phone", texts: TEXTS, list: () => messages, describe: (one) => one });
  return async (path = "/", headers = {}) => page(new Request(`http://127.0.0.1${path}`, { headers })).text();
}

test("a page speaks the language asked for, then the browser's, then Chinese", async () => {
  const read = openPage([]);
  expect(await read()).toContain("还没有消息");
  expect(await read("/", { "accept-language": "en-GB" })).toContain("No messages yet");
  expect(await read("/?lang=zh", { "accept-language": "en-GB" })).toContain("还没有消息");
});

test("a page shows the newest first, as text, and gives its list alone", async () => {
  const read = openPage([
    { to: "first", text: "<script>alert(1)</script>", at: 0 },
    { to: "second", text: "b", at: Date.now() },
  ]);
  const list = await read("/?part=list&lang=en");
  expect(list.indexOf("second")).toBeLessThan(list.indexOf("first"));
  expect(list).toContain("&lt;script&gt;");
  expect(list).not.toContain("<header>");
  expect(await read("/?lang=en")).toContain(list);
});

test("a page keeps its form out of the list, and its ledger in it", async () => {
  const page = createPage({
    layout: "chat",
    texts: TEXTS,
    list: () => [],
    describe: (one) => one,
    form: (texts, language) => html`<form action="/x?lang=${language}">${texts.title}</form>`,
    ledger: () => html`<ol>2 left</ol>`,
  });
  const read = async (path: string) => page(new Request(`http://127.0.0.1${path}`)).text();
  expect(await read("/?lang=en")).toContain('<form action="/x?lang=en">Simulator</form>');
  expect(await read("/?lang=en&part=list")).toBe("<ol>2 left</ol><p>No messages yet</p>");
});

test("markup escapes what is put into it, once", () => {
  const inner = html`<b>${"a & b"}</b>`;
  expect(html`<p title="${'"'}">${inner}${[1, "<"]}${undefined}</p>`.text).toBe(
    '<p title="&quot;"><b>a &amp; b</b>1&lt;</p>',
  );
});

test("a push is repeated until it is taken, and not beyond its waits", async () => {
  vi.useFakeTimers();
  const pushes = new Pushes({ retryDelaysMs: [1000, 5000] });
  const refused = vi.fn(async () => false);
  const taken = vi.fn(async () => taken.mock.calls.length > 1);
  pushes.schedule(300, refused);
  pushes.schedule(300, taken);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([refused.mock.calls.length, taken.mock.calls.length]).toEqual([3, 2]);
  pushes.schedule(300, refused);
  pushes.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refused).toHaveBeenCalledTimes(3);
  vi.useRealTimers();
});

test.each([
  [undefined, ["a", "b", "c"]],
  ["twice", ["a", "a", "b", "b", "c", "c"]],
  ["backwards", ["b", "a"]],
] as [PushHabit | undefined, string[]][])(
  "pushes with the habit %s come in that order",
  async (habit, order) => {
    vi.useFakeTimers();
    const pushes = new Pushes({ retryDelaysMs: [], habit: () => habit });
    const seen: string[] = [];
    for (const name of ["a", "b", "c"]) pushes.schedule(300, async () => seen.push(name) > 0);
    await vi.advanceTimersByTimeAsync(300);
    expect(seen).toEqual(order);
    vi.useRealTimers();
  },
);

test("an inbox forgets what is taken away", () => {
  const inbox = new Inbox<number>();
  inbox.add([1, 2, 3]);
  inbox.remove((one) => one === 2);
  expect(inbox.messages).toEqual([1, 3]);
});

test("an ordered fault shows in the answer, or in there being none", async () => {
  const faults = new FaultPlan();
  const incoming = { socket: { destroy: vi.fn() } };
  const carryOut = vi.fn(async (fault: string | undefined) => new Response(fault ?? "done"));
  const answerNext = () => faults.answer({ env: { incoming } }, carryOut);
  const isSettled = (answer: Promise<Response>) =>
    Promise.race([answer.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);
  faults.order("busy", 1);
  expect(await (await answerNext()).text()).toBe("busy");
  expect(await (await answerNext()).text()).toBe("done");
  faults.order("hang", 1);
  expect(await isSettled(answerNext())).toBe(false);
  expect(carryOut).toHaveBeenCalledTimes(3);
  faults.order("drop", 1);
  expect(await isSettled(answerNext())).toBe(false);
  expect(carryOut).toHaveBeenCalledTimes(3);
  expect(incoming.socket.destroy).toHaveBeenCalledOnce();
});

test("closing cuts sessions of HTTP/2 that are under way", async () => {
  const { origin, close } = await listen(createHttp2Server(() => undefined));
  const session = connect(origin).on("error", () => undefined);
  session.request({ ":path": "/" }).on("error", () => undefined);
  await once(session, "connect");
  const ended = once(session, "close");
  await close();
  await ended;
});

test("listening says where, and refuses a port that is taken", async () => {
  const first = await listen(createServer((_request, response) => response.end("ok")));
  expect(await (await fetch(first.origin)).text()).toBe("ok");
  await expect(listen(createServer(), Number(new URL(first.origin).port))).rejects.toThrow("EADDRINUSE");
  await first.close();
  await expect(fetch(first.origin)).rejects.toThrow();
});
