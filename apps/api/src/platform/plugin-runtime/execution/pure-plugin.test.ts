import type { PurePlugin, SendResult } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { acceptAll } from "../testing/plugins.ts";
import { useVendor } from "../testing/runtime.ts";
import { closedPort } from "../testing/vendor-server.ts";

const { vendor, behave, runtimeFor } = useVendor();

describe("a batch", () => {
  it("is planned, sent with authentication and settled", async () => {
    const { send, samples } = runtimeFor({});
    expect(await send("a", "b")).toMatchObject([
      { ref: "a", status: "accepted" },
      { ref: "b", status: "accepted" },
    ]);
    expect(
      vendor()
        .requests.map(({ url }) => url)
        .sort(),
    ).toEqual(["/send/a", "/send/b"]);
    expect(vendor().requests[0]?.headers.authorization).toBe("Bearer tok-0123456789");
    expect(samples).toEqual(["acme/test answered", "acme/test answered"]);
  });

  it("without messages asks nobody", async () => {
    const { send } = runtimeFor({});
    expect(await send()).toEqual([]);
    expect(vendor().requests).toEqual([]);
  });

  it("never has more requests under way than the channel may have, over all its batches", async () => {
    let running = 0;
    let most = 0;
    behave((_, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.end("{}");
      }, 5);
    });
    const { send } = runtimeFor({}, { limits: { batchSize: 100, concurrency: 3, timeoutMs: 5000 } });
    const refs = Array.from({ length: 20 }, (_, i) => `r${i}`);
    await Promise.all([send(...refs), send(...refs), send(...refs)]);
    expect(vendor().requests).toHaveLength(60);
    expect(most).toBe(3);
  });

  it("does not wait until a larger one of the channel that began before it is through", async () => {
    behave((_, response) => setTimeout(() => response.end("{}"), 1));
    const { send } = runtimeFor({}, { limits: { batchSize: 100, concurrency: 2, timeoutMs: 5000 } });
    const large = send(...Array.from({ length: 100 }, (_, i) => `r${i}`));
    await send("small");
    expect(vendor().requests.length).toBeLessThan(20);
    expect(vendor().requests.map(({ url }) => url)).toContain("/send/small");
    expect((await large).map(({ ref }) => ref)).toEqual(Array.from({ length: 100 }, (_, i) => `r${i}`));
  });

  it("is not begun when it asks for more requests than any batch needs", async () => {
    const { send, logs } = runtimeFor({
      plan: ({ settings }) => ({
        requests: Array.from({ length: 4_001 }, (_, i) => ({
          id: `${i}`,
          refs: ["a"],
          method: "GET",
          url: String(settings.endpoint),
        })),
      }),
    });
    expect(await send("a")).toMatchObject([{ ref: "a", status: "transient", code: "plugin_error" }]);
    expect(vendor().requests).toEqual([]);
    expect(logs.some(({ fields }) => String(fields.reason).includes("more than 4000 requests"))).toBe(true);
  });

  it("goes on for three rounds, and hands the context back", async () => {
    const rounds: unknown[] = [];
    const { send } = runtimeFor({
      plan: ({ messages, settings }) => ({
        requests: messages.map(({ ref }) => ({
          id: ref,
          refs: [ref],
          method: "GET",
          url: `${settings.endpoint}/1`,
          context: { round: 1 },
        })),
      }),
      settle: (input) => {
        const [response] = input.responses;
        const round = (response?.context as { round: number } | undefined)?.round ?? 0;
        rounds.push(round);
        if (round === 3) return { results: acceptAll(input) };
        const url = `${input.settings.endpoint}/${round + 1}`;
        const next = { id: "n", refs: response?.refs ?? [], method: "GET" as const, url };
        return { results: [], requests: [{ ...next, context: { round: round + 1 } }] };
      },
    });
    expect(await send("a")).toMatchObject([{ ref: "a", status: "accepted" }]);
    expect(rounds).toEqual([1, 2, 3]);
  });

  it("is cut off after three rounds", async () => {
    const { send, logs } = runtimeFor({
      settle: ({ responses, settings }) => ({
        results: [],
        requests: responses.map(({ id, refs }) => ({
          id,
          refs,
          method: "GET",
          url: String(settings.endpoint),
        })),
      }),
    });
    expect(await send("a")).toMatchObject([{ ref: "a", status: "unknown", code: "plugin_error" }]);
    expect(vendor().requests).toHaveLength(3);
    expect(logs.some(({ fields }) => String(fields.reason).includes("more than 3 rounds"))).toBe(true);
  });
});

describe("results", () => {
  const settleTo = (results: unknown[]) => ({ settle: () => ({ results: results as SendResult[] }) });

  it("come out once for each ref: missing, repeated, foreign and broken ones are put right", async () => {
    const { send, logs } = runtimeFor(
      settleTo([
        { ref: "a", status: "accepted" },
        { ref: "a", status: "rejected" },
        { ref: "z", status: "accepted" },
        { ref: "b", status: "delivered" },
        null,
      ]),
    );
    expect(await send("a", "b", "c")).toMatchObject([
      { ref: "a", status: "accepted" },
      { ref: "b", status: "unknown", code: "no_result" },
      { ref: "c", status: "unknown", code: "no_result" },
    ]);
    expect(logs[0]?.fields).toMatchObject({ missing: 2, duplicate: 1, foreign: 1, malformed: 2 });
  });

  it("are transient when missing for a message that no request carried", async () => {
    const { send } = runtimeFor({ plan: () => ({ requests: [] }) });
    expect(await send("a")).toMatchObject([{ ref: "a", status: "transient", code: "no_result" }]);
  });

  it("are transient when missing for a message whose request reached nobody", async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const { send } = runtimeFor({ settle: () => ({ results: [] }) }, {}, origin);
    expect(await send("a")).toMatchObject([{ ref: "a", status: "transient", code: "no_result" }]);
  });

  it("may come from the plan, without a request", async () => {
    const { send } = runtimeFor({
      plan: () => ({ requests: [], results: [{ ref: "a", status: "rejected", code: "invalid_number" }] }),
    });
    expect(await send("a")).toEqual([{ ref: "a", status: "rejected", code: "invalid_number" }]);
  });

  it("are kept within their limits and storable", async () => {
    const { send } = runtimeFor(
      settleTo([
        {
          ref: "a",
          status: "throttled",
          code: "c".repeat(100),
          detail: `\0\ud800${"d".repeat(1000)}`,
          vendorId: "v".repeat(1000),
          retryAfterMs: -5,
          extra: "left behind",
        },
        { ref: "b", status: "throttled", code: 7, detail: "", retryAfterMs: Number.NaN },
        { ref: "c", status: "throttled", retryAfterMs: 1e12 },
      ]),
    );
    const [a, b, c] = await send("a", "b", "c");
    expect(a).toEqual({
      ref: "a",
      status: "throttled",
      code: "c".repeat(64),
      detail: `  ${"d".repeat(498)}`,
      vendorId: "v".repeat(200),
      retryAfterMs: 0,
    });
    expect(b).toEqual({ ref: "b", status: "throttled" });
    expect(c?.retryAfterMs).toBe(86_400_000);
  });
});

describe("a plugin that fails", () => {
  const fail = () => {
    throw new Error("bug near tok-0123456789");
  };

  it.each<[string, Partial<PurePlugin>]>([
    ["throws in plan", { plan: fail }],
    ["plans nothing readable", { plan: () => null as never }],
    ["plans a request that is none", { plan: () => ({ requests: [{ id: "a" }] as never }) }],
  ])("and %s has sent nothing", async (_name, plugin) => {
    const { send } = runtimeFor(plugin);
    expect(await send("a")).toMatchObject([{ ref: "a", status: "transient", code: "plugin_error" }]);
    expect(vendor().requests).toEqual([]);
  });

  it.each<[string, Partial<PurePlugin>]>([
    ["throws in settle", { settle: fail }],
    ["settles nothing readable", { settle: () => "done" as never }],
    ["rejects in settle", { settle: (async () => fail()) as never }],
  ])("and %s may have sent", async (_name, plugin) => {
    const { send, logs } = runtimeFor(plugin);
    expect(await send("a")).toMatchObject([{ ref: "a", status: "unknown", code: "plugin_error" }]);
    expect(vendor().requests).toHaveLength(1);
    expect(JSON.stringify(logs)).not.toContain("tok-0123456789");
  });

  it("because of what a vendor answered leaves no word of the answer in the log", async () => {
    behave((_, response) => response.end("<p>no number for 王小明</p>"));
    const { send, logs } = runtimeFor({
      settle: ({ responses: [first] }) => JSON.parse(first && "body" in first ? first.body : ""),
    });
    expect(await send("a")).toMatchObject([{ ref: "a", code: "plugin_error" }]);
    expect(logs[0]?.fields.reason).toMatch(/^SyntaxError\s+at /);
    expect(JSON.stringify(logs)).not.toContain("王小明");
  });
});

describe("a request", () => {
  const planOne = (request: object): Partial<PurePlugin> => ({
    plan: ({ settings }) => ({
      requests: [{ id: "1", refs: ["a"], method: "POST", url: String(settings.endpoint), ...request }],
    }),
  });

  it.each([
    ["a foreign host", { url: "https://evil.example.com/" }, "evil.example.com"],
    ["an unknown auth scheme", { auth: "none" }, 'no auth scheme "none"'],
    ["a reserved header", { headers: { Host: "evil.example.com" } }, "reserved header host"],
    ["a line break in a header", { headers: { "x-a": "1\r\nx-b: 2" } }, "malformed"],
  ])("with %s is blocked", async (_name, request, detail) => {
    const { send, samples } = runtimeFor(planOne(request));
    const [result] = await send("a");
    expect(result).toMatchObject({ code: "blocked", detail: expect.stringContaining(detail) });
    expect(samples).toEqual(["acme/test blocked"]);
    expect(vendor().requests).toEqual([]);
  });

  it("cannot have its authentication set by the plugin", async () => {
    const { send } = runtimeFor(planOne({ auth: "api", headers: { Authorization: "Bearer mine" } }));
    await send("a");
    expect(vendor().requests[0]?.headers.authorization).toBe("Bearer tok-0123456789");
  });
});
