import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, SETTINGS, tokenWith } from "./messages.ts";

const messageOf = (content: Record<string, string>, change: object = {}) => {
  const settings = { ...SETTINGS, ...change };
  const [request] = plan(makeBatch([makeMessage(1, { content })], { settings })).requests;
  return JSON.parse(request?.body ?? "null")?.message;
};
const codeOf = (content: Record<string, string>, variables = {}) =>
  plan(makeBatch([makeMessage(1, { content, variables })])).results?.[0]?.code;

test("calls once for each device", () => {
  const { requests } = plan(makeBatch([makeMessage(1), makeMessage(2)]));
  expect(requests.map(({ refs, url }) => [refs, url])).toEqual([
    [["dlv_1"], "https://fcm.googleapis.com/v1/projects/campus-app/messages:send"],
    [["dlv_2"], "https://fcm.googleapis.com/v1/projects/campus-app/messages:send"],
  ]);
});

test("has each notification travel as the template says, or else the channel", () => {
  expect(messageOf({ text: "a" })).toEqual({
    token: tokenWith("1002"),
    notification: { body: "a" },
    android: { priority: "HIGH", ttl: "86400s" },
    apns: {
      headers: { "apns-priority": "10", "apns-expiration": String(1_735_787_045 + 86_400) },
      payload: { aps: { sound: "default" } },
    },
  });
  const travel = { text: "a", priority: "normal", ttlSeconds: "0", collapseKey: "class-7" };
  expect(messageOf(travel, { androidChannelId: "class" })).toMatchObject({
    android: {
      priority: "NORMAL",
      ttl: "0s",
      collapse_key: "class-7",
      notification: { channel_id: "class" },
    },
    apns: { headers: { "apns-priority": "5", "apns-expiration": "0", "apns-collapse-id": "class-7" } },
  });
});

test("hands everything to an app that shows notifications itself", () => {
  const content = { title: "t", text: "a", link: "campus://1", extras: "room=201" };
  const message = messageOf(content, { form: "data" });
  expect(message.notification).toBeUndefined();
  expect(message.data).toEqual({ title: "t", body: "a", link: "campus://1", room: "201" });
  // At the higher priority Apple's devices do not wake an app for data.
  expect(message.apns).toMatchObject({
    headers: { "apns-priority": "5" },
    payload: { aps: { "content-available": 1 } },
  });
});

test.each([
  [{ text: "a", priority: "urgent" }, "invalid_priority"],
  [{ text: "a", ttlSeconds: "2419201" }, "invalid_ttl"],
  [{ text: "a", ttlSeconds: "-1" }, "invalid_ttl"],
  [{ text: "a", collapseKey: "考勤" }, "invalid_collapse_key"],
  [{ text: "a", collapseKey: "x".repeat(65) }, "invalid_collapse_key"],
  [{ text: "a", extras: "from=me" }, "invalid_extras"],
  [{ text: "a", extras: "google.x=1" }, "invalid_extras"],
  [{ text: "a", extras: "a" }, "invalid_extras"],
  [{ text: "a", extras: "link=1", link: "campus://1" }, "invalid_extras"],
  [{ text: "文".repeat(1366) }, "message_too_long"],
])("refuses %o itself, with %s", (content, code) => {
  expect(codeOf(content)).toBe(code);
  expect(manifest.errors).toHaveProperty(code);
});

test("lets no variable bring an extra field of its own along", () => {
  expect(codeOf({ text: "a", extras: "name=x\nrole=admin" }, { name: "x\nrole=admin" })).toBe(
    "invalid_extras",
  );
});

test("takes up to 4,096 bytes", () => {
  expect(codeOf({ text: "x".repeat(4096 - "body".length) })).toBeUndefined();
  expect(codeOf({ text: "x".repeat(4097 - "body".length) })).toBe("message_too_long");
});

test("answers every message once, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom(tokenWith("1001"), "short", "", "a".repeat(501)),
      text: fc.string({ maxLength: 50 }),
      ttlSeconds: fc.constantFrom("", "60", "soon"),
      extras: fc.constantFrom("", "a=1", "a", "gcm=1"),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (items) => {
      const batch = items.map(({ address, ...content }, index) => makeMessage(index, { address, content }));
      const { requests, results = [] } = plan(makeBatch(batch));
      const refs = [...requests.flatMap((request) => request.refs), ...results.map(({ ref }) => ref)];
      expect(refs.sort()).toEqual(batch.map(({ ref }) => ref).sort());
    }),
  );
});
