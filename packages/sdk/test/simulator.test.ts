import { createServer } from "node:http";
import { createPage, html, listen, Pushes } from "@tidings/sdk/testing";
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

test("listening says where, and refuses a port that is taken", async () => {
  const first = await listen(createServer((_request, response) => response.end("ok")));
  expect(await (await fetch(first.origin)).text()).toBe("ok");
  await expect(listen(createServer(), Number(new URL(first.origin).port))).rejects.toThrow("EADDRINUSE");
  await first.close();
  await expect(fetch(first.origin)).rejects.toThrow();
});
