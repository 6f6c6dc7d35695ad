import fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, makeMessages, SETTINGS } from "./messages.ts";

const bodyOf = (request: { body?: string } | undefined) => JSON.parse(request?.body ?? "{}");
const planOne = (content: Record<string, string>) => plan(makeBatch([makeMessage(1, { content })]));

test("sends one content to up to 100 users by one call", () => {
  const { requests } = plan(makeBatch(makeMessages(101)));
  expect(requests.map(({ refs }) => refs.length)).toEqual([100, 1]);
  expect(bodyOf(requests[0]).userid_list.split(",")).toHaveLength(100);
  expect(requests[0]).toMatchObject({
    method: "POST",
    url: "https://oapi.dingtalk.com/topapi/message/corpconversation/asyncsend_v2",
    auth: "app",
  });
});

test("sends differing contents by a call each", () => {
  const own = makeMessages(3).map((message, index) => ({ ...message, content: { text: `第 ${index} 封` } }));
  const { requests } = plan(makeBatch(own));
  expect(requests.map((request) => bodyOf(request).msg.text.content)).toEqual([
    "第 0 封",
    "第 1 封",
    "第 2 封",
  ]);
});

test("names no user twice in one call", () => {
  const again = { ...makeMessage(1), ref: "dlv_again" };
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2), again]));
  expect(requests.map(({ refs }) => refs)).toEqual([["dlv_1", "dlv_2"], ["dlv_again"]]);
});

const url = "https://example.edu/1";

test.each([
  [{ text: "早" }, { msgtype: "text", text: { content: "早" } }],
  [
    { text: "早", title: "通知", markdown: "**早**" },
    { msgtype: "markdown", markdown: { title: "通知", text: "**早**" } },
  ],
  [
    { text: "早", title: "通知", url },
    {
      msgtype: "action_card",
      action_card: { title: "通知", markdown: "早", single_title: "查看详情", single_url: url },
    },
  ],
  [
    { text: "早", title: "通知", markdown: "**早**", url, button: "去看看" },
    {
      msgtype: "action_card",
      action_card: { title: "通知", markdown: "**早**", single_title: "去看看", single_url: url },
    },
  ],
])("makes of %o what the vendor takes", (content, msg) => {
  const [request] = planOne(content).requests;
  expect(bodyOf(request)).toEqual({ agent_id: SETTINGS.agentId, userid_list: "T20240001", msg });
});

test.each([
  ["empty_text", { text: " \n" }],
  ["message_too_long", { text: "文".repeat(700) }],
  ["message_too_long", { text: "早", title: "通知", markdown: "文".repeat(700) }],
  ["missing_title", { text: "早", markdown: "**早**" }],
  ["incomplete_card", { text: "早", title: "通知" }],
  ["incomplete_card", { text: "早", url }],
  ["incomplete_card", { text: "早", title: "通知", button: "去看看" }],
  ["invalid_link", { text: "早", title: "通知", url: "dingtalk://page" }],
  ["invalid_link", { text: "早", title: "通知", url: `${url}/${"a".repeat(500)}` }],
])("refuses as %s: %o", (code, content) => {
  expect(planOne(content)).toMatchObject({ requests: [], results: [{ status: "rejected", code }] });
});

test.each(["", "a,b", "a|b", "王芳", "a".repeat(65), "a b"])("lets %o reach nobody", (address) => {
  expect(plan(makeBatch([makeMessage(1, { address })]))).toMatchObject({
    requests: [],
    results: [{ status: "rejected", code: "invalid_user_id" }],
  });
});

test("ends what is read with the time in Beijing, where the channel says so", () => {
  const settings = { ...SETTINGS, appendsSendTime: true };
  const contents: Record<string, string>[] = [
    { text: "早" },
    { text: "早", title: "通知", markdown: "**早**" },
    { text: "早", title: "通知", url },
  ];
  const messages = contents.map((content, index) => makeMessage(index, { content }));
  const { requests } = plan(makeBatch(messages, { settings }));
  expect(requests.map((request) => bodyOf(request).msg)).toMatchObject([
    { text: { content: "早\n\n2025-01-02 11:04:05" } },
    { markdown: { text: "**早**\n\n2025-01-02 11:04:05" } },
    { action_card: { markdown: "早\n\n2025-01-02 11:04:05" } },
  ]);
});

test("answers every message once and keeps to the limits, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom("a", "A", "b", "c", "a,b", "d-1"),
      text: fc.constantFrom("早", "安", ""),
      title: fc.constantFrom("", "通知"),
      url: fc.constantFrom("", url),
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
        const users: string[] = bodyOf(request).userid_list.split(",");
        expect(users).toHaveLength(request.refs.length);
        expect(new Set(users).size).toBe(users.length);
      }
    }),
  );
});
