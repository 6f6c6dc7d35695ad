import fc from "fast-check";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { notificationId } from "../src/notification-id.ts";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, SETTINGS, tokenWith } from "./messages.ts";

function requestOf(content: Record<string, string>, change: object = {}) {
  const settings = { ...SETTINGS, ...change };
  const [request] = plan(makeBatch([makeMessage(1, { content })], { settings })).requests;
  return { url: request?.url, headers: request?.headers, payload: JSON.parse(request?.body ?? "null") };
}
const codeOf = (content: Record<string, string>, variables = {}) =>
  plan(makeBatch([makeMessage(1, { content, variables })])).results?.[0]?.code;

test("calls the servers of its environment, or the endpoint it is given", () => {
  const device = tokenWith("1002");
  expect(requestOf({ text: "a" }).url).toBe(`https://api.push.apple.com/3/device/${device}`);
  expect(requestOf({ text: "a" }, { environment: "development" }).url).toBe(
    `https://api.sandbox.push.apple.com/3/device/${device}`,
  );
  expect(requestOf({ text: "a" }, { endpoint: "https://push.example.cn" }).url).toBe(
    `https://push.example.cn/3/device/${device}`,
  );
});

test("has each notification travel as the template says, or else the channel", () => {
  expect(requestOf({ text: "a" })).toMatchObject({
    headers: {
      "apns-topic": "cn.edu.example.campus",
      "apns-push-type": "alert",
      "apns-priority": "10",
      "apns-expiration": String(1_735_787_045 + 86_400),
    },
    payload: { aps: { alert: { body: "a" }, sound: "default" } },
  });
  const content = {
    title: "t",
    subtitle: "s",
    text: "a",
    link: "campus://1",
    extras: "room=201",
    badge: "0",
    collapseKey: "class-7",
    priority: "normal",
    ttlSeconds: "0",
  };
  const { headers, payload } = requestOf(content);
  expect(headers).toMatchObject({
    "apns-priority": "5",
    "apns-expiration": "0",
    "apns-collapse-id": "class-7",
  });
  expect(payload).toEqual({
    link: "campus://1",
    room: "201",
    aps: { alert: { title: "t", subtitle: "s", body: "a" }, sound: "default", badge: 0 },
  });
});

test("names a notification by a UUID that its ref alone decides", () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => notificationId(`dlv_${n}`));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids.slice(0, 500)) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  expect(notificationId("dlv_1")).toBe(notificationId("dlv_1"));
  // Each of its digits takes every value it may have.
  const columns = [...(ids[0] ?? "")].map((_, column) => new Set(ids.map((id) => id[column])).size);
  const fixed = { 8: 1, 13: 1, 14: 1, 18: 1, 19: 4, 23: 1 } as Record<number, number>;
  expect(columns).toEqual(columns.map((_, column) => fixed[column] ?? 16));
});

test.each([
  [{ text: "a", priority: "10" }, "invalid_priority"],
  [{ text: "a", ttlSeconds: "2592001" }, "invalid_ttl"],
  [{ text: "a", badge: "-1" }, "invalid_badge"],
  [{ text: "a", collapseKey: "考勤" }, "invalid_collapse_key"],
  [{ text: "a", collapseKey: "x".repeat(65) }, "invalid_collapse_key"],
  [{ text: "a", extras: "aps=1" }, "invalid_extras"],
  [{ text: "a", extras: "a" }, "invalid_extras"],
  [{ text: "文".repeat(1366) }, "message_too_long"],
])("refuses %o itself, with %s", (content, code) => {
  expect(codeOf(content)).toBe(code);
  expect(manifest.errors).toHaveProperty(code);
});

test("takes a payload of 4,096 bytes and not one more", () => {
  const frame = JSON.stringify({ aps: { alert: { body: "" }, sound: "default" } }).length;
  expect(codeOf({ text: "x".repeat(4096 - frame) })).toBeUndefined();
  expect(codeOf({ text: "x".repeat(4097 - frame) })).toBe("message_too_long");
});

test("lets no variable bring an extra field of its own along", () => {
  expect(codeOf({ text: "a", extras: "name=x\nrole=admin" }, { name: "x\nrole=admin" })).toBe(
    "invalid_extras",
  );
});

test("answers every message once, whatever the mixture", () => {
  const messages = fc.array(
    fc.record({
      address: fc.constantFrom(tokenWith("1001"), "short", "", "g".repeat(64), "../../evil"),
      text: fc.string({ maxLength: 50 }),
      badge: fc.constantFrom("", "3", "many"),
      extras: fc.constantFrom("", "a=1", "a", "aps=1"),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (items) => {
      const batch = items.map(({ address, ...content }, index) => makeMessage(index, { address, content }));
      const { requests, results = [] } = plan(makeBatch(batch));
      const refs = [...requests.flatMap((request) => request.refs), ...results.map(({ ref }) => ref)];
      expect(refs.sort()).toEqual(batch.map(({ ref }) => ref).sort());
      expect(requests.every(({ url }) => /\/3\/device\/[0-9a-f]{64}$/.test(url))).toBe(true);
    }),
  );
});
