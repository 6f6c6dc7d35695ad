import fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, makeMessages, SETTINGS } from "./messages.ts";

const bodyOf = (request: { body?: string } | undefined) => JSON.parse(request?.body ?? "{}");
const planOne = (content: Record<string, string>) => plan(makeBatch([makeMessage(1, { content })]));

test("sends one content to up to 1,000 users by one call", () => {
  const { requests } = plan(makeBatch(makeMessages(1001)));
  expect(requests.map(({ refs }) => refs.length)).toEqual([1000, 1]);
  expect(bodyOf(requests[0]).touser.split("|")).toHaveLength(1000);
  expect(requests[0]).toMatchObject({
    method: "POST",
    url: "https://qyapi.weixin.qq.com/cgi-bin/message/send",
    auth: "app",
  });
});

test("sends differing contents by a call each", () => {
  const own = makeMessages(3).map((message, index) => ({ ...message, content: { text: `第 ${index} 封` } }));
  const { requests } = plan(makeBatch(own));
  expect(requests.map((request) => bodyOf(request).text.content)).toEqual(["第 0 封", "第 1 封", "第 2 封"]);
});

test("names no user twice in one call, whatever the letters' case", () => {
  const again = { ...makeMessage(1, { address: "t20240001" }), ref: "dlv_again" };
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2), again]));
  expect(requests.map(({ refs }) => refs)).toEqual([["dlv_1", "dlv_2"], ["dlv_again"]]);
});

test.each([
  [{ text: "早" }, { msgtype: "text", text: { content: "早" } }],
  [
    { text: "早", markdown: "**早**" },
    { msgtype: "markdown", markdown: { content: "**早**" } },
  ],
  [
    { text: "早\n安", title: "通知", url: "https://example.edu/1", button: "查看" },
    {
      msgtype: "textcard",
      textcard: { title: "通知", description: "早<br>安", url: "https://example.edu/1", btntxt: "查看" },
    },
  ],
  [
    { text: "早", title: "通知", url: "https://example.edu/1", picUrl: "https://example.edu/1.png" },
    {
      msgtype: "news",
      news: {
        articles: [
          {
            title: "通知",
            description: "早",
            url: "https://example.edu/1",
            picurl: "https://example.edu/1.png",
          },
        ],
      },
    },
  ],
])("makes of %o what the vendor takes", (content, part) => {
  const [request] = planOne(content).requests;
  expect(bodyOf(request)).toEqual({ touser: "T20240001", agentid: SETTINGS.agentId, ...part });
});

test.each([
  ["empty_text", { text: " \n" }],
  ["text_too_long", { text: "文".repeat(683) }],
  ["text_too_long", { text: "早", markdown: "文".repeat(683) }],
  ["mixed_content", { text: "早", markdown: "**早**", title: "通知", url: "https://example.edu" }],
  ["incomplete_card", { text: "早", title: "通知" }],
  ["incomplete_card", { text: "早", url: "https://example.edu" }],
  ["incomplete_card", { text: "早", picUrl: "https://example.edu/1.png" }],
  ["invalid_link", { text: "早", title: "通知", url: "example.edu" }],
  ["invalid_link", { text: "早", title: "通知", url: "https://example.edu", picUrl: "javascript:1" }],
  ["card_too_long", { text: "文".repeat(513), title: "通知", url: "https://example.edu" }],
  ["card_too_long", { text: "早", title: "通知", url: "https://example.edu", button: "查看详情吧" }],
])("refuses as %s: %o", (code, content) => {
  expect(planOne(content)).toMatchObject({ requests: [], results: [{ status: "rejected", code }] });
});

test("takes a text of exactly 2,048 bytes", () => {
  expect(planOne({ text: `${"文".repeat(682)}ab` }).requests).toHaveLength(1);
});

test.each(["@all", "", "a|b", "-a", "王芳", "a".repeat(65), "a b"])("lets %o reach nobody", (address) => {
  expect(plan(makeBatch([makeMessage(1, { address })]))).toMatchObject({
    requests: [],
    results: [{ status: "rejected", code: "invalid_user_id" }],
  });
});

test("asks for the duplicate check where the channel says so", () => {
  const settings = { ...SETTINGS, duplicateCheckSeconds: 600 };
  const [request] = plan(makeBatch([makeMessage(1)], { settings })).requests;
  expect(bodyOf(request)).toMatchObject({ enable_duplicate_check: 1, duplicate_check_interval: 600 });
  const [plain] = plan(makeBatch([makeMessage(1)])).requests;
  expect(bodyOf(plain)).not.toHaveProperty("enable_duplicate_check");
});

test("answers every message once and keeps to the limits, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom("a", "A", "b", "c", "@all", "d-1"),
      text: fc.constantFrom("早", "安", ""),
      title: fc.constantFrom("", "通知"),
      url: fc.constantFrom("", "https://example.edu"),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (items) => {
      const batch = makeBatch(
        items.map(({ address, ...content }, index) => makeMessage(index, { address, content })),
      );
      const { requests, results = [] } = plan(batch);
      const refs = [...requests.flatMap((request) => request.refs), ...results.map((result) => result.ref)];
      expect(refs.sort()).toEqual(batch.messages.map((message) => message.ref).sort());
      for (const request of requests) {
        const users: string[] = bodyOf(request).touser.toLowerCase().split("|");
        expect(users).toEqual((request.context as { users: string[] }).users);
        expect(new Set(users).size).toBe(users.length);
      }
    }),
  );
});
