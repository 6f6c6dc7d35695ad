import type { PlannedRequest } from "@tidings/sdk/plugin";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plan, settle } from "../src/plugin.ts";
import { CONTENT, makeBatch, makeMessage, SETTINGS, TEMPLATE_ID } from "./messages.ts";

const planOne = (content: Record<string, string>, settings: object = {}) =>
  plan(makeBatch([makeMessage(1, { content })], { settings: { ...SETTINGS, ...settings } }));
const bodyOf = (request: PlannedRequest | undefined) => JSON.parse(request?.body ?? "null");

test("sends each user a message of the public version, in Chinese", () => {
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2)]));
  expect(requests.map(({ refs }) => refs)).toEqual([["dlv_1"], ["dlv_2"]]);
  expect(requests[0]?.url).toBe("https://api.weixin.qq.com/cgi-bin/message/subscribe/send");
  expect(bodyOf(requests[0])).toEqual({
    touser: "oMiniUser-_000000000000000001",
    template_id: TEMPLATE_ID,
    data: { thing1: { value: "明天放假" }, time2: { value: "2026年1月2日 08:00" } },
    miniprogram_state: "formal",
    lang: "zh_CN",
  });
});

test("opens a page, of the version and in the language of the channel", () => {
  const content = { ...CONTENT, page: "pages/notice/index?to=https://example.edu" };
  const { requests } = planOne(content, { miniprogramState: "trial", lang: "en_US" });
  expect(bodyOf(requests[0])).toMatchObject({
    page: "pages/notice/index?to=https://example.edu",
    miniprogram_state: "trial",
    lang: "en_US",
  });
});

test.each([
  ["invalid_template_id", { data: CONTENT.data }],
  ["invalid_page", { ...CONTENT, page: "https://example.edu" }],
  ["invalid_page", { ...CONTENT, page: "pages/a b" }],
  ["invalid_page", { ...CONTENT, page: "a".repeat(1025) }],
  ["malformed_data", { ...CONTENT, data: "thing1: 明天\n后天" }],
  ["duplicate_field", { ...CONTENT, data: "thing1: 明天\nthing1: 后天" }],
  ["empty_field", { ...CONTENT, data: "thing1:" }],
  ["invalid_thing", { ...CONTENT, data: `thing1: ${"字".repeat(21)}` }],
  ["invalid_phrase", { ...CONTENT, data: "phrase1: 已经被成功取消" }],
  ["invalid_amount", { ...CONTENT, data: "amount1: 12345678901" }],
  ["invalid_time", { ...CONTENT, data: "time1: 下午" }],
])("refuses as %s: %o", (code, content) => {
  expect(planOne(content as Record<string, string>)).toMatchObject({
    requests: [],
    results: [{ status: "rejected", code }],
  });
});

test.each([
  "thing1: 20个以内的任何字符，包括 A-1",
  "number1: 339208499",
  "letter1: abc",
  "character_string1: A-1024",
  "time1: 15:01~16:00",
  "date1: 2015年01月05日",
  "amount1: ¥214.00",
  "phone_number1: +86-0766-66888866",
  "car_number1: 粤A8Z888挂",
  "name1: 王小芳",
  "phrase1: 配送中",
  "enum1: 任何值",
])("takes %s", (data) => {
  expect(planOne({ ...CONTENT, data }).requests).toHaveLength(1);
});

test("answers every message once, whatever is written in it", () => {
  const contents = fc.record({
    templateId: fc.constantFrom("", TEMPLATE_ID),
    data: fc.oneof(fc.constantFrom("", CONTENT.data, "__proto__: a", "code: a"), fc.string()),
    page: fc.constantFrom("", "pages/a", " "),
  });
  fc.assert(
    fc.property(fc.array(contents, { maxLength: 20 }), (items) => {
      const batch = makeBatch(items.map((content, index) => makeMessage(index, { content })));
      const { requests, results = [] } = plan(batch);
      const refs = [...requests.flatMap((request) => request.refs), ...results.map((result) => result.ref)];
      expect(refs.sort()).toEqual(batch.messages.map((message) => message.ref).sort());
    }),
  );
});

const settleOne = (body: string) =>
  settle({
    op: "send",
    responses: [{ id: "1", refs: ["dlv_1"], status: 200, headers: {}, body }],
    settings: SETTINGS,
    now: 0,
  }).results[0];

test("reads a message id of 64 bits to its last digit, and does without one", () => {
  expect(settleOne('{"errcode":0,"errmsg":"ok","msgid":2794188253209100289}')).toMatchObject({
    status: "accepted",
    vendorId: "2794188253209100289",
  });
  expect(settleOne('{"errcode":0,"errmsg":"ok"}')).toEqual({ ref: "dlv_1", status: "accepted" });
});

test.each([
  [40003, "rejected"],
  [40037, "rejected"],
  [41030, "rejected"],
  [43101, "rejected"],
  [47003, "rejected"],
  [40001, "transient"],
  [43108, "transient"],
  [-1, "transient"],
  [45009, "throttled"],
  [43107, "config"],
  [40164, "config"],
])("takes %i for %s", (errcode, status) => {
  expect(settleOne(JSON.stringify({ errcode, errmsg: "refused" }))).toMatchObject({
    status,
    code: String(errcode),
  });
});
