import fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, SETTINGS } from "./messages.ts";

const many = (count: number) => Array.from({ length: count }, (_, index) => makeMessage(index));
const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

test("puts up to 1,000 numbers with the same text into one SendSms", () => {
  const { requests } = plan(makeBatch(many(1001)));
  expect(requests.map((request) => request.refs.length)).toEqual([1000, 1]);
  expect(requests[0]?.headers?.["x-acs-action"]).toBe("SendSms");
  expect(queryOf(requests[0]?.url ?? "").OutId).toBe("batch:bat_1");
});

test("puts differing texts of one template into SendBatchSms, 100 at a time", () => {
  const messages = many(150).map((message, index) => ({
    ...message,
    variables: { content: `第 ${index} 封` },
  }));
  const { requests } = plan(makeBatch(messages));
  expect(requests.map((request) => request.refs.length)).toEqual([100, 50]);
  const form = new URLSearchParams(requests[0]?.body);
  expect(JSON.parse(form.get("PhoneNumberJson") ?? "")).toHaveLength(100);
  expect(JSON.parse(form.get("TemplateParamJson") ?? "")[7]).toEqual({ content: "第 7 封" });
  expect(new Set(JSON.parse(form.get("SignNameJson") ?? ""))).toEqual(new Set(["知行学校"]));
});

test("hands the variables over as texts, in a fixed order", () => {
  const message = makeMessage(1, { variables: { b: 2, a: true, c: null } });
  const { requests } = plan(makeBatch([message]));
  expect(queryOf(requests[0]?.url ?? "").TemplateParam).toBe('{"a":"true","b":"2","c":""}');
});

test("keeps templates apart", () => {
  const other = makeMessage(2, { content: { templateCode: "SMS_100001", text: "" } });
  expect(plan(makeBatch([makeMessage(1), other])).requests).toHaveLength(2);
});

test("sends a second message to the same number alone, under its own ref", () => {
  const again = { ...makeMessage(1), ref: "dlv_again" };
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2), again]));
  expect(requests.map((request) => request.refs)).toEqual([["dlv_1", "dlv_2"], ["dlv_again"]]);
  expect(queryOf(requests[1]?.url ?? "").OutId).toBe("ref:dlv_again");
});

test("sends one by one when the channel says so", () => {
  const settings = { ...SETTINGS, sendSingly: true };
  const { requests } = plan(makeBatch(many(3), { settings }));
  expect(requests.map((request) => queryOf(request.url).OutId)).toEqual([
    "ref:dlv_0",
    "ref:dlv_1",
    "ref:dlv_2",
  ]);
});

test("refuses what the vendor cannot send, and sends the rest", () => {
  const { requests, results } = plan(
    makeBatch([
      makeMessage(1, { address: "+8613800138000" }),
      makeMessage(2, { address: "010-88886666" }),
      makeMessage(3, { content: { templateCode: "100001", text: "" } }),
      makeMessage(4, { variables: { list: ["a"] } }),
    ]),
  );
  expect(results?.map((result) => [result.status, result.code])).toEqual([
    ["rejected", "invalid_number"],
    ["rejected", "invalid_template_code"],
    ["rejected", "invalid_variable"],
  ]);
  expect(queryOf(requests[0]?.url ?? "").PhoneNumbers).toBe("13800138000");
});

test("keeps the vendor's limits and names no number twice under one OutId, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom("13800138000", "13800138001", "+8613800138001", "010-1", "13900139000"),
      templateCode: fc.constantFrom("SMS_1", "SMS_2", "bad"),
      name: fc.constantFrom("王", "李", 3, null),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (items) => {
      const batch = makeBatch(
        items.map(({ address, templateCode, name }, index) =>
          makeMessage(index, { address, content: { templateCode, text: "" }, variables: { name } }),
        ),
      );
      const { requests, results = [] } = plan(batch);
      const refs = [...requests.flatMap((request) => request.refs), ...results.map((result) => result.ref)];
      expect(refs.sort()).toEqual(batch.messages.map((message) => message.ref).sort());
      const targets = requests.flatMap(({ context }) => {
        const { outId, numbers } = context as { outId: string; numbers: string[] };
        return numbers.map((number) => `${outId} ${number}`);
      });
      expect(new Set(targets).size).toBe(targets.length);
    }),
  );
});
