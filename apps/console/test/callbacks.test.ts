import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { attemptText, latestAnswer, tookText, tryEvents } from "#lib/features/callbacks/attempt-text.ts";
import { EVENT_TYPES, eventTypeTexts } from "#lib/features/callbacks/event-types.ts";
import { EXAMPLE_CALL, EXAMPLE_SECRET, exampleRequest } from "#lib/features/callbacks/example-call.ts";
import { standingText } from "#lib/features/callbacks/standing-text.ts";
import { urlFault } from "#lib/features/callbacks/url-fault.ts";
import { callbackEndpointLook } from "#lib/states/callback-states.ts";
import { overlapOptions } from "#lib/words/overlap-options.ts";

const at = "2026-11-23T04:05:06Z";
const ATTEMPT = { at, durationMs: 120, status: 200, error: null };
const ON = { state: "on", disabledReason: null, disabledAt: null, failingSince: null } as const;

test.each([
  ["all of it", EVENT_TYPES, ["全部事件"]],
  ["a few, in the order in which a delivery meets them", ["clicked", "delivered"], ["已送达", "已点击"]],
] as const)("an endpoint that is told %s says so", (_, types, texts) => {
  expect(eventTypeTexts(types)).toEqual(texts);
});

test.each([
  [{ status: 200, error: null }, "HTTP 200"],
  [{ status: 500, error: "refused" }, "HTTP 500"],
  [{ status: 302, error: "redirected" }, "HTTP 302 · 对方要求跳转，平台不跟随"],
  [{ status: 410, error: "gone" }, "HTTP 410 · 对方表示不再使用"],
  [{ status: null, error: "unreachable" }, "连接不上"],
  [{ status: null, error: "no_answer" }, "15 秒内没有完整的回答"],
  [{ status: null, error: "a_new_one" }, "a_new_one"],
])("a try that came to %j reads %s", (attempt, text) => {
  expect(attemptText(attempt)).toBe(text);
});

test("how long a try took is told in milliseconds, then in seconds", () => {
  expect(tookText({ durationMs: 120 })).toBe("120 毫秒");
  expect(tookText({ durationMs: 15_000 })).toBe("15秒");
});

test("of a call's tries the latest says how it stands", () => {
  const attempts = [{ ...ATTEMPT, status: 503, error: "refused" }, ATTEMPT];
  expect(latestAnswer({ attempts: [] })).toBeUndefined();
  expect(latestAnswer({ attempts })).toBe("HTTP 200");
  expect(tryEvents({ attempts }).map(({ tone, title }) => [tone, title])).toEqual([
    ["error", "HTTP 503"],
    ["success", "HTTP 200"],
  ]);
});

test.each([
  ["on", ON, "正常", undefined],
  ["off", { ...ON, state: "off" }, "关闭", "不会补发"],
  ["on and out of reach", { ...ON, failingSince: at }, "暂时不通", "没有一次成功"],
  [
    "disabled since it failed for long",
    { ...ON, state: "disabled", disabledReason: "failing", disabledAt: at, failingSince: at },
    "已停用",
    "连续 3 天",
  ],
  [
    "disabled since it wants no more",
    { ...ON, state: "disabled", disabledReason: "gone", disabledAt: at },
    "已停用",
    "410",
  ],
] as const)("an endpoint that is %s says why and since when", (_, endpoint, label, reason) => {
  expect(callbackEndpointLook(endpoint).label).toBe(label);
  const text = standingText(endpoint);
  if (reason === undefined) expect(text).toBeUndefined();
  else expect(text).toContain(reason);
});

test.each([
  ["https://hooks.example.com/tidings", true],
  ["http://127.0.0.1:9000", true],
  ["", false],
  ["hooks.example.com", false],
  ["ftp://hooks.example.com", false],
  ["https://", false],
  [`https://hooks.example.com/${"x".repeat(2_000)}`, false],
  // Nine characters for each of them where it is called.
  [`https://hooks.example.com/${"告".repeat(300)}`, false],
])("the address %s is right: %s", (url, isRight) => {
  expect(urlFault(url) === undefined).toBe(isRight);
});

test("the example carries the signature that the guide describes", () => {
  const { id, timestamp, signature, body } = EXAMPLE_CALL;
  const key = Buffer.from(EXAMPLE_SECRET.replace("whsec_", ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  expect(signature).toBe(`v1,${expected}`);
  expect(exampleRequest()).toContain(`webhook-signature: v1,${expected}\n\n${body}`);
});

test("what is replaced ends at once only where that is explained", () => {
  expect(overlapOptions("校验会失败").filter(({ description }) => description)).toEqual([
    { value: "0", label: "立即失效", description: "校验会失败" },
  ]);
});
