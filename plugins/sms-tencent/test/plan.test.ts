import fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, SETTINGS } from "./messages.ts";

const many = (count: number) => Array.from({ length: count }, (_, index) => makeMessage(index));
const bodiesOf = (...call: Parameters<typeof makeBatch>) =>
  plan(makeBatch(...call)).requests.map((request) => JSON.parse(request.body ?? ""));

test("puts up to 200 numbers with the same parameters into one call", () => {
  const bodies = bodiesOf(many(201));
  expect(bodies.map((body) => body.PhoneNumberSet.length)).toEqual([200, 1]);
  expect(bodies.map((body) => body.SessionContext)).toEqual(["batch+:bat_1", "ref:dlv_200"]);
  expect(bodies[0]).toMatchObject({
    SmsSdkAppId: SETTINGS.sdkAppId,
    SignName: SETTINGS.signName,
    TemplateId: "1110003",
    TemplateParamSet: ["明天放假"],
  });
});

test("gives messages with other parameters, templates or forms of number calls of their own", () => {
  const bodies = bodiesOf([
    makeMessage(1),
    makeMessage(2, { variables: { content: "照常上课" } }),
    makeMessage(3, { content: { templateId: "1110009", parameters: "content", text: "" } }),
    makeMessage(4, { address: "13900139000" }),
    makeMessage(5, { address: "13900139001" }),
    makeMessage(6),
  ]);
  expect(bodies.map((body) => [body.SessionContext, body.PhoneNumberSet.length])).toEqual([
    ["batch+:bat_1", 2],
    ["ref:dlv_2", 1],
    ["ref:dlv_3", 1],
    ["batch:bat_1", 2],
  ]);
  expect(bodies[3].PhoneNumberSet).toEqual(["+8613900139000", "+8613900139001"]);
});

test("never mixes mainland numbers with those of elsewhere", () => {
  const bodies = bodiesOf([
    makeMessage(1),
    makeMessage(2, { address: "+85251234567" }),
    makeMessage(3, { address: "+12025550123" }),
  ]);
  expect(bodies.map((body) => body.PhoneNumberSet)).toEqual([
    ["+8613811111001"],
    ["+85251234567", "+12025550123"],
  ]);
});

test("hands the variables over in the order of the list, as texts", () => {
  const content = { templateId: "1", parameters: " b，a、 c,d ", text: "" };
  const variables = { a: "甲,乙\n丙", b: 2, c: null, d: true, unlisted: "x" };
  const [body] = bodiesOf([makeMessage(1, { content, variables })]);
  expect(body.TemplateParamSet).toEqual(["2", "甲,乙\n丙", "", "true"]);
});

test("takes a template without parameters", () => {
  const [body] = bodiesOf([makeMessage(1, { content: { templateId: "1", text: "放假" }, variables: {} })]);
  expect(body.TemplateParamSet).toEqual([]);
});

test("sends a second message to the same number alone, under its own ref, however it is written", () => {
  const again = { ...makeMessage(1), ref: "dlv_again", address: "13811111001" };
  const bodies = bodiesOf([makeMessage(1), makeMessage(2), again]);
  expect(bodies.map((body) => body.SessionContext)).toEqual(["batch+:bat_1", "ref:dlv_again"]);
});

test("refuses what the vendor cannot send, and sends the rest", () => {
  const content = { templateId: "1110003", parameters: "content", text: "" };
  const { requests, results } = plan(
    makeBatch([
      makeMessage(1),
      makeMessage(2, { address: "+861088886666" }),
      makeMessage(3, { content: { ...content, templateId: "SMS_1" } }),
      makeMessage(4, { content: { ...content, parameters: "{1}" } }),
      makeMessage(5, { content: { ...content, parameters: "content, constructor" } }),
      makeMessage(6, { variables: { content: ["a"] } }),
    ]),
  );
  expect(results?.map((result) => [result.status, result.code])).toEqual([
    ["rejected", "invalid_e164_number"],
    ["rejected", "invalid_template_id"],
    ["rejected", "invalid_parameter_list"],
    ["rejected", "missing_parameter"],
    ["rejected", "invalid_variable"],
  ]);
  expect(requests.flatMap((request) => request.refs)).toEqual(["dlv_1"]);
});

test("keeps the vendor's limits and names no number twice under one session, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom("13800138000", "+8613800138000", "+8613800138001", "+85251234567", "010-1"),
      templateId: fc.constantFrom("1", "2", "bad"),
      name: fc.constantFrom("王", "李", 3, null),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (items) => {
      const batch = makeBatch(
        items.map(({ address, templateId, name }, index) => {
          const content = { templateId, parameters: "name", text: "" };
          return makeMessage(index, { address, content, variables: { name } });
        }),
      );
      const { requests, results = [] } = plan(batch);
      const refs = [...requests.flatMap((request) => request.refs), ...results.map((result) => result.ref)];
      expect(refs.sort()).toEqual(batch.messages.map((message) => message.ref).sort());
      const targets = requests.flatMap(({ body = "" }) => {
        const { SessionContext, PhoneNumberSet } = JSON.parse(body);
        return (PhoneNumberSet as string[]).map((number) => `${SessionContext} ${number}`);
      });
      expect(new Set(targets).size).toBe(targets.length);
    }),
  );
});
