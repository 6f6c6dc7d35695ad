import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, makeMessages } from "./messages.ts";

const bodyOf = (request: { body?: string } | undefined) => JSON.parse(request?.body ?? "{}");
const planOne = (content: Record<string, string>) => plan(makeBatch([makeMessage(1, { content })]));

test("sends each message by a call of its own, under its ref", () => {
  const { requests } = plan(makeBatch(makeMessages(3)));
  expect(requests.map(({ refs, idempotencyKey }) => [refs, idempotencyKey])).toEqual([
    [["dlv_0"], "dlv_0"],
    [["dlv_1"], "dlv_1"],
    [["dlv_2"], "dlv_2"],
  ]);
  expect(requests[0]).toMatchObject({
    method: "POST",
    url: "https://open.feishu.cn/open-apis/im/v1/messages?receive_id_type=open_id",
    auth: "app",
  });
  expect(bodyOf(requests[0])).toEqual({
    receive_id: "ou_20240000",
    msg_type: "text",
    content: '{"text":"明天放假"}',
    uuid: "dlv_0",
  });
});

test("takes the end of a ref that is longer than a uuid may be", () => {
  const [request] = plan(makeBatch([makeMessage(1, { ref: `${"a".repeat(60)}0001` })])).requests;
  expect(bodyOf(request).uuid).toBe(`${"a".repeat(46)}0001`);
});

test.each([
  ["ou_7d8a6e6df7621556ce0d21922b676706", "open_id"],
  ["on_94a1ee5551019f18cd73d9f111898cf2", "union_id"],
  ["4b5f1c2d", "user_id"],
  ["T2024-0001", "user_id"],
  ["wang.fang@example.edu", "email"],
])("knows %s as %s", (address, type) => {
  const [request] = plan(makeBatch([makeMessage(1, { address })])).requests;
  expect(new URL(request?.url ?? "").searchParams.get("receive_id_type")).toBe(type);
  expect(bodyOf(request).receive_id).toBe(address);
});

test.each(["", "oc_a0553eda9014c201e6969b478895c230", "a,b", "王芳", "a".repeat(65), "a b", "@a", "a@"])(
  "lets %o reach nobody, in the manifest as in the plan",
  (address) => {
    expect(plan(makeBatch([makeMessage(1, { address })]))).toMatchObject({
      requests: [],
      results: [{ status: "rejected", code: "invalid_user_id" }],
    });
    expect(new RegExp(manifest.address.schema.pattern, "u").test(address)).toBe(false);
  },
);

const url = "https://example.edu/1";

test.each([
  [
    { text: "早\n安", title: "通知" },
    "post",
    {
      zh_cn: { title: "通知", content: [[{ tag: "text", text: "早" }], [{ tag: "text", text: "安" }]] },
    },
  ],
  [
    { text: "早", markdown: "**早**" },
    "interactive",
    { config: { wide_screen_mode: true }, elements: [{ tag: "markdown", content: "**早**" }] },
  ],
  [
    { text: "早", title: "通知", url, button: "去看看" },
    "interactive",
    {
      config: { wide_screen_mode: true },
      header: { title: { tag: "plain_text", content: "通知" } },
      elements: [
        { tag: "div", text: { tag: "plain_text", content: "早" } },
        {
          tag: "action",
          actions: [{ tag: "button", text: { tag: "plain_text", content: "去看看" }, type: "primary", url }],
        },
      ],
    },
  ],
])("makes of %o what the vendor takes", (content, type, message) => {
  const body = bodyOf(planOne(content).requests[0]);
  expect(body.msg_type).toBe(type);
  expect(JSON.parse(body.content)).toEqual(message);
});

test.each([
  ["empty_text", { text: " \n" }],
  ["incomplete_card", { text: "早", button: "去看看" }],
  ["invalid_link", { text: "早", url: "example.edu" }],
  ["invalid_link", { text: "早", url: `${url}/${"a".repeat(2000)}` }],
  ["message_too_long", { text: "早", markdown: "文".repeat(10_000) }],
  ["message_too_long", { text: "文".repeat(10_000), title: "通知" }],
  ["message_too_long", { text: "文".repeat(51_000) }],
])("refuses as %s", (code, content) => {
  expect(planOne(content)).toMatchObject({ requests: [], results: [{ status: "rejected", code }] });
});

test("lets every field have its full length, whatever it holds", () => {
  const full = (field: { maxLength: number }, char: string) => char.repeat(field.maxLength);
  const { text, title, markdown, button } = manifest.content;
  for (const char of ["文", '"', "\\", "😀"]) {
    const content = { text: full(text, char), title: full(title, char), url, button: full(button, char) };
    const other = { ...content, markdown: full(markdown, char) };
    const plans = [{ text: full(text, char) }, content, other].map(planOne);
    expect(plans.map(({ requests, results }) => [requests.length, results])).toEqual(Array(3).fill([1, []]));
  }
});

test("answers every message once, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom("ou_a", "on_a", "oc_a", "a@b", "a b", "d-1"),
      text: fc.constantFrom("早", "安", ""),
      title: fc.constantFrom("", "通知"),
      url: fc.constantFrom("", url, "x"),
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
    }),
  );
});
