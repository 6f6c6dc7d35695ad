import type { PlannedRequest } from "@tidings/sdk/plugin";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plan, settle } from "../src/plugin.ts";
import { CONTENT, makeBatch, makeMessage, SETTINGS, SUBSCRIPTION_ID, TEMPLATE_ID } from "./messages.ts";

const planOne = (content: Record<string, string>) => plan(makeBatch([makeMessage(1, { content })]));
const bodyOf = (request: PlannedRequest | undefined) => JSON.parse(request?.body ?? "null");
const withData = (data: string) => planOne({ ...CONTENT, data });

test("sends a template message to each user, under the delivery's own id", () => {
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2)]));
  expect(requests.map(({ refs, url }) => [refs, url])).toEqual([
    [["dlv_1"], "https://api.weixin.qq.com/cgi-bin/message/template/send"],
    [["dlv_2"], "https://api.weixin.qq.com/cgi-bin/message/template/send"],
  ]);
  expect(bodyOf(requests[0])).toEqual({
    touser: "oTestUser-_000000000000000001",
    template_id: TEMPLATE_ID,
    data: { thing1: { value: "明天放假" }, time2: { value: "2026年1月2日 08:00" } },
    client_msg_id: "dlv_1",
  });
});

test("sends a subscription notice where its template is named, with the link as its page", () => {
  const [request] = planOne({
    subscriptionId: SUBSCRIPTION_ID,
    data: "thing1：到校时间",
    url: "https://example.edu/1",
  }).requests;
  expect(request?.url).toMatch(/\/cgi-bin\/message\/subscribe\/bizsend$/);
  expect(bodyOf(request)).toEqual({
    touser: "oTestUser-_000000000000000001",
    template_id: SUBSCRIPTION_ID,
    data: { thing1: { value: "到校时间" } },
    page: "https://example.edu/1",
  });
});

test("opens a mini program, and the link where there is none", () => {
  const [request] = planOne({
    ...CONTENT,
    url: "https://example.edu/1",
    miniAppId: "wx0123456789abcdef",
    miniPath: "pages/notice/index?id=1",
  }).requests;
  expect(bodyOf(request)).toMatchObject({
    url: "https://example.edu/1",
    miniprogram: { appid: "wx0123456789abcdef", pagepath: "pages/notice/index?id=1" },
  });
});

test.each([
  ["no_template", { data: CONTENT.data }],
  ["two_templates", { ...CONTENT, subscriptionId: SUBSCRIPTION_ID }],
  ["invalid_template_id", { ...CONTENT, templateId: "{{template}}" }],
  ["empty_data", { ...CONTENT, data: " \n " }],
  ["malformed_data", { ...CONTENT, data: "明天放假" }],
  ["malformed_data", { ...CONTENT, data: "thing1: 明天\n后天" }],
  ["duplicate_field", { ...CONTENT, data: "thing1: 明天\nthing1: 后天" }],
  ["empty_field", { ...CONTENT, data: "thing1: " }],
  ["too_many_fields", { ...CONTENT, data: Array.from({ length: 21 }, (_, i) => `thing${i}: a`).join("\n") }],
  ["field_too_long", { ...CONTENT, data: `keyword1: ${"字".repeat(201)}` }],
  ["invalid_link", { ...CONTENT, url: "example.edu" }],
  ["invalid_link", { ...CONTENT, url: "javascript:alert(1)" }],
  ["incomplete_mini_program", { ...CONTENT, miniPath: "pages/a" }],
  ["invalid_mini_program", { ...CONTENT, miniAppId: "gh_1" }],
])("refuses as %s: %o", (code, content) => {
  expect(planOne(content as Record<string, string>)).toMatchObject({
    requests: [],
    results: [{ status: "rejected", code }],
  });
});

test.each([
  ["thing1", "字".repeat(20), "字".repeat(21)],
  ["thing1", "👨".repeat(20), "👨".repeat(21)],
  ["const1", "", "字".repeat(21)],
  ["character_string1", "A-1024/b", "编号1024"],
  ["character_string1", "a".repeat(32), "a".repeat(33)],
  ["number1", "-12.50", "12.5元"],
  ["letter1", "abc", "abc1"],
  ["symbol1", "★★★", "甲乙"],
  ["time1", "15:01", "下午三点"],
  ["time1", "2019年10月1日 15:01~16:30", "2020年九月"],
  ["date1", "2019年10月1日", "明天"],
  ["date1", "2019-10-01 15:01:09", "2019-10"],
  ["amount1", "￥100.5", "一百元"],
  ["amount1", "100元", "100元整"],
  ["phone_number1", "+86-0766-66888866", "0".repeat(18)],
  ["car_number1", "粤A8Z888挂", "粤A·8Z888"],
  ["name1", "王小芳", "王小芳2"],
  ["name1", "Elizabeth Smith", "字".repeat(11)],
  ["phrase1", "配送中", "配送中1"],
])("takes %s: %s, and not %s", (key, good, bad) => {
  expect(withData(`${key}: ${good}`).requests).toHaveLength(1);
  const [result] = withData(`${key}: ${bad}`).results ?? [];
  expect(result).toMatchObject({ status: "rejected", code: `invalid_${key.slice(0, -1)}` });
  // A value may be about a person: it is not in the reason.
  expect(result?.detail).not.toContain(bad);
});

test("leaves fields of other types to the vendor", () => {
  expect(withData("keyword1: 任何内容 123\nremark: 备注").requests).toHaveLength(1);
});

test.each(["", "o1", "王芳", "o".repeat(65), "oTest User-00000000"])("lets %o reach nobody", (address) => {
  expect(plan(makeBatch([makeMessage(1, { address })]))).toMatchObject({
    requests: [],
    results: [{ status: "rejected", code: "invalid_open_id" }],
  });
});

test("answers every message once, whatever is written in it", () => {
  const texts = fc.oneof(
    fc.constantFrom("", CONTENT.data, "thing1: a", "__proto__: a", "code: a"),
    fc.string(),
  );
  const contents = fc.record({
    templateId: fc.constantFrom("", TEMPLATE_ID),
    subscriptionId: fc.constantFrom("", SUBSCRIPTION_ID),
    data: texts,
    url: fc.constantFrom("", "https://example.edu", "x"),
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

const settleOne = (body: string, status = 200) =>
  settle({
    op: "send",
    responses: [{ id: "1", refs: ["dlv_1"], status, headers: {}, body }],
    settings: SETTINGS,
    now: 0,
  }).results[0];

test("reads a message id of 64 bits to its last digit", () => {
  const answer = '{"errcode":0,"errmsg":"ok","msgid":2794188253209100289}';
  expect(settleOne(answer)).toEqual({ ref: "dlv_1", status: "accepted", vendorId: "2794188253209100289" });
});

test.each([
  [40003, "rejected"],
  [40037, "rejected"],
  [43004, "rejected"],
  [43101, "rejected"],
  [47003, "rejected"],
  [99999, "rejected"],
  [40001, "transient"],
  [42001, "transient"],
  [43108, "transient"],
  [-1, "transient"],
  [45009, "throttled"],
  [45011, "throttled"],
  [40164, "config"],
  [48001, "config"],
  [48004, "config"],
])("takes %i for %s", (errcode, status) => {
  const errmsg = "refused rid: 65eac940-1a79c8dc-1be683b5";
  expect(settleOne(JSON.stringify({ errcode, errmsg }))).toMatchObject({
    status,
    code: String(errcode),
    detail: errmsg,
  });
});
