import fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage } from "./messages.ts";

const bodiesOf = (...call: Parameters<typeof makeBatch>) =>
  plan(makeBatch(...call)).requests.map((request) => JSON.parse(request.body ?? ""));

test("puts up to a thousand numbers of a template into one call, whatever is said to each", () => {
  const messages = Array.from({ length: 1002 }, (_, index) =>
    makeMessage(index, { variables: { content: `第 ${index} 条` } }),
  );
  const bodies = bodiesOf(messages);
  expect(bodies.map((body) => body.recipients.length)).toEqual([1000, 2]);
  expect(bodies[0].recipients[7]).toEqual({ mobile: "13811111007", temp_para: { content: "第 7 条" } });
});

test("sends a second message to the same number alone, however it is written", () => {
  const again = { ...makeMessage(1), ref: "dlv_again", address: "13811111001" };
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2), again]));
  expect(requests.map(({ refs }) => refs)).toEqual([["dlv_1", "dlv_2"], ["dlv_again"]]);
});

test("answers every message once and names no number twice in a call, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom("13800138000", "+8613800138000", "13800138001", "+85251234567", ""),
      tempId: fc.constantFrom("1", "2", "bad"),
      name: fc.constantFrom("王", 3, null),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (items) => {
      const batch = makeBatch(
        items.map(({ address, tempId, name }, index) =>
          makeMessage(index, { address, content: { tempId, text: "" }, variables: { name } }),
        ),
      );
      const { requests, results = [] } = plan(batch);
      const refs = [...requests.flatMap((request) => request.refs), ...results.map(({ ref }) => ref)];
      expect(refs.sort()).toEqual(batch.messages.map(({ ref }) => ref).sort());
      for (const { refs: own, body = "" } of requests) {
        const { recipients = [{}] } = JSON.parse(body);
        expect(new Set(recipients.map(({ mobile }: { mobile?: string }) => mobile)).size).toBe(own.length);
      }
    }),
  );
});
