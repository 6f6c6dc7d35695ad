import type { OutboundMessage, Settings } from "@tidings/sdk/plugin";
import { describe, expect, test } from "vitest";
import { plan } from "../src/plugin.ts";
import { makeBatch, makeMessage, SETTINGS } from "./messages.ts";

const HOSTILE = '"},"to":"everybody\r\nX-Injected: 1&to=everybody';

function planOne(settings: Settings, change: Partial<OutboundMessage> = {}) {
  const { requests, results } = plan(
    makeBatch([{ ...makeMessage(1), ...change }], { ...SETTINGS, ...settings }),
  );
  return { request: requests[0], result: results?.[0] };
}

describe("placeholders", () => {
  test("are escaped in JSON: a value stays one text", () => {
    const { request } = planOne({}, { address: HOSTILE });
    expect(JSON.parse(request?.body ?? "")).toMatchObject({ to: HOSTILE, name: "王同学1", ref: "dlv_1" });
  });

  test("that stand alone become values of their own kind, the object of all variables too", () => {
    const body = '{"count":"{{variables.count}}","all":"{{variables}}","text":"{{variables.count}} 天"}';
    expect(JSON.parse(planOne({ body }).request?.body ?? "")).toEqual({
      count: 3,
      all: { name: "王同学1", count: 3 },
      text: "3 天",
    });
  });

  test("within a value are not read again", () => {
    const { request } = planOne({}, { address: "{{variables.name}}" });
    expect(JSON.parse(request?.body ?? "").to).toBe("{{variables.name}}");
  });

  test("are encoded in a form", () => {
    const { request } = planOne({ bodyFormat: "form" }, { address: HOSTILE });
    expect(request?.headers).toEqual({ "content-type": "application/x-www-form-urlencoded" });
    const fields = new URLSearchParams(request?.body);
    expect([fields.getAll("to"), fields.get("ref")]).toEqual([[HOSTILE], "dlv_1"]);
  });

  test("are encoded in a URL", () => {
    const url = "https://gateway.example.com/users/{{address}}/messages?name={{variables.name}}";
    const { request } = planOne({ url }, { address: "a/b?c#d" });
    expect(request?.url).toBe(
      "https://gateway.example.com/users/a%2Fb%3Fc%23d/messages?name=%E7%8E%8B%E5%90%8C%E5%AD%A61",
    );
  });

  test.each([".", ".."])("with the value %s never lead to another path", (address) => {
    const url = "https://gateway.example.com/users/{{address}}/messages";
    expect(planOne({ url }, { address })).toMatchObject({
      request: undefined,
      result: { status: "rejected", code: "unsafe_url" },
    });
  });

  test("stand for moments and ids in headers", () => {
    const headers = "X-Ref: {{ref}}\nX-Time: {{ timestamp }}\nX-App: school";
    expect(planOne({ headers }).request?.headers).toEqual({
      "content-type": "application/json",
      "x-ref": "dlv_1",
      "x-time": "1735787045",
      "x-app": "school",
    });
  });

  test("without a value reject the message, and no inherited property is one", () => {
    for (const name of ["missing", "constructor", "__proto__"]) {
      const { result } = planOne({ body: `{"text":"{{variables.${name}}}"}` });
      expect(result).toMatchObject({ status: "rejected", code: "missing_variable" });
    }
  });

  test("keep a key __proto__ of the description a key", () => {
    const { request } = planOne({ body: '{"__proto__":{"to":"{{address}}"}}' });
    expect(request?.body).toBe('{"__proto__":{"to":"user-1"}}');
  });
});

describe("calls", () => {
  const list = {
    ...SETTINGS,
    body: '{"text":"{{text}}","to":["{{address}}"],"sign":"x"}',
    listAt: "/to",
    callSize: 2,
  };
  const withText = (index: number, text: string) => ({ ...makeMessage(index), content: { text } });

  test("for many hold those that are otherwise alike, up to their size", () => {
    const messages = [withText(1, "a"), withText(2, "b"), withText(3, "a"), withText(4, "a")];
    const { requests } = plan(makeBatch(messages, list));
    expect(requests.map(({ refs, body }) => [refs, body])).toEqual([
      [["dlv_1", "dlv_3"], '{"text":"a","to":["user-1","user-3"],"sign":"x"}'],
      [["dlv_4"], '{"text":"a","to":["user-4"],"sign":"x"}'],
      [["dlv_2"], '{"text":"b","to":["user-2"],"sign":"x"}'],
    ]);
    expect(new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  test("for one carry the message's own key, in the header that was named", () => {
    const { request } = planOne({ idempotencyHeader: "Idempotency-Key" });
    expect(request).toMatchObject({ headers: { "idempotency-key": "dlv_1" }, idempotencyKey: "dlv_1" });
  });

  test("without a body go out without one", () => {
    const url = "https://gateway.example.com/send?to={{address}}";
    const { request } = planOne({ method: "GET", bodyFormat: "none", url });
    expect(request).toMatchObject({
      method: "GET",
      url: "https://gateway.example.com/send?to=user-1",
      headers: {},
    });
    expect(request).not.toHaveProperty("body");
  });
});

describe("fields that do not fit together", () => {
  test.each<[string, Settings]>([
    ["body_with_get", { method: "GET" }],
    ["no_body", { body: "" }],
    ["form_not_flat", { bodyFormat: "form", body: '{"a":["{{text}}"]}' }],
    ["no_list", { listAt: "/missing" }],
    ["no_list", { listAt: "/to", body: '{"to":["{{address}}","{{address}}"]}' }],
    ["key_of_list", { listAt: "/to", body: '{"to":["{{address}}"]}', idempotencyHeader: "X-Key" }],
    ["results_without_list", { resultsAt: "/results" }],
    ["reserved_header", { headers: "Host: other.example.com" }],
    ["secret_in_header", { headers: "Authorization: Bearer abc" }],
    ["half_success", { successPointer: "/code" }],
    ["no_code_pointer", { throttledCodes: "1" }],
    ["half_receipts", { receiptIdPointer: "/id" }],
  ])("stop the channel: %s", (code, settings) => {
    expect(planOne(settings)).toMatchObject({ request: undefined, result: { status: "config", code } });
  });
});
