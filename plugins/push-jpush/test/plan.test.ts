import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { plan } from "../src/plugin.ts";
import { deviceWith, makeBatch, makeMessage, SETTINGS } from "./messages.ts";

const bodiesOf = (...call: Parameters<typeof makeBatch>) =>
  plan(makeBatch(...call)).requests.map((request) => JSON.parse(request.body ?? ""));

test("puts up to a thousand devices with the same content into one push", () => {
  const messages = Array.from({ length: 1001 }, (_, index) => makeMessage(index));
  const audiences = bodiesOf(messages).map((body) => body.audience.registration_id.length);
  expect(audiences).toEqual([1000, 1]);
});

test("gives messages that differ in anything a phone gets pushes of their own", () => {
  const contents: Record<string, string>[] = [
    { text: "a" },
    { text: "b" },
    { text: "a", title: "t" },
    { text: "a", extras: "k=v" },
  ];
  const messages = [...contents, { text: "a" }].map((content, index) => makeMessage(index, { content }));
  expect(bodiesOf(messages).map((body) => body.audience.registration_id.length)).toEqual([2, 1, 1, 1]);
});

test("sends a second message to the same device by itself", () => {
  const again = { ...makeMessage(1), ref: "dlv_again" };
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2), again]));
  expect(requests.map(({ refs }) => refs)).toEqual([["dlv_1", "dlv_2"], ["dlv_again"]]);
});

test("has each device pushed by the settings of its channel", () => {
  const settings = { ...SETTINGS, platforms: "android", timeToLiveSeconds: 0, apnsProduction: false };
  const [body] = bodiesOf([makeMessage(1)], { settings });
  expect(body.platform).toEqual(["android"]);
  expect(body.notification.ios).toBeUndefined();
  expect(body.options).toEqual({ time_to_live: 0, apns_production: false, classification: 1 });
});

test("takes for an address what one of the two forms takes", () => {
  const pattern = new RegExp(manifest.address.schema.pattern, "u");
  for (const address of [deviceWith("1001"), "学生_20250101", "a.b+c"])
    expect(pattern.test(address)).toBe(true);
  for (const address of ["", "a b", "a-b", "x".repeat(41)]) expect(pattern.test(address)).toBe(false);
});

test("answers every message once and names no device twice in a push, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom(deviceWith("1001"), deviceWith("1002"), "学生", "a-b", ""),
      text: fc.constantFrom("放假", "上课"),
      extras: fc.constantFrom("", "a=1", "a", "a=1\na=2"),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, fc.constantFrom("registration_id", "alias"), (items, audience) => {
      const settings = { ...SETTINGS, audience };
      const batch = makeBatch(
        items.map(({ address, ...content }, index) => makeMessage(index, { address, content })),
        { settings },
      );
      const { requests, results = [] } = plan(batch);
      const refs = [...requests.flatMap((request) => request.refs), ...results.map(({ ref }) => ref)];
      expect(refs.sort()).toEqual(batch.messages.map(({ ref }) => ref).sort());
      for (const { refs, body = "" } of requests) {
        const named: string[] = JSON.parse(body).audience[audience];
        expect(new Set(named).size).toBe(refs.length);
      }
    }),
  );
});
