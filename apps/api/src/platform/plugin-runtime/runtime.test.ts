import type { PurePlugin } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { acceptAll, batchOf } from "./testing/plugins.ts";
import { useVendor } from "./testing/runtime.ts";

const { vendor, behave, runtimeFor } = useVendor();

describe("secrets", () => {
  it("are taken out of what a vendor echoes, before the plugin sees it and after", async () => {
    behave(({ headers }, response) => {
      response.setHeader("x-echo", headers.authorization ?? "").end(`you sent ${headers.authorization}`);
    });
    const seen: unknown[] = [];
    const { send } = runtimeFor({
      settle: (input) => {
        seen.push(input.responses);
        return { results: acceptAll(input) };
      },
    });
    const results = await send("a");
    expect(results[0]?.detail).toBe("you sent Bearer [redacted]");
    expect(JSON.stringify(seen)).not.toContain("tok-0123456789");
  });

  it("go into the query where a scheme says so, and out of what is echoed of it", async () => {
    behave(({ url }, response) => {
      response.end(`you asked for ${url}`);
    });
    const auth = { api: { type: "query", name: "key", secret: "token" } } as const;
    const { send } = runtimeFor({ settle: (input) => ({ results: acceptAll(input) }) }, { auth });
    const results = await send("a");
    expect(vendor().requests[0]?.url).toContain("key=tok-0123456789");
    expect(results[0]?.detail).toContain("key=[redacted]");
  });

  it("are read once for a revision, and again for the next", async () => {
    let readCount = 0;
    const { runtime, channel } = runtimeFor({});
    const readSecrets = async () => ({ token: `token-${++readCount}` });
    const sendAs = (revision: number) => runtime.send({ ...channel, revision, readSecrets }, batchOf("a"));
    await Promise.all([sendAs(1), sendAs(1)]);
    await sendAs(2);
    const tokens = vendor().requests.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
  });

  it("that cannot be read keep the messages for later, and are asked for again", async () => {
    const { runtime, channel } = runtimeFor({});
    let isDown = true;
    const readSecrets = async () => {
      if (isDown) throw new Error("no database");
      return { token: "tok-0123456789" };
    };
    const handle = { ...channel, readSecrets };
    expect(await runtime.send(handle, batchOf("a"))).toMatchObject([
      { status: "transient", code: "secrets_unavailable" },
    ]);
    isDown = false;
    expect(await runtime.send(handle, batchOf("a"))).toMatchObject([{ status: "accepted" }]);
  });
});

describe("a channel whose plugin is not installed", () => {
  it("asks for somebody to act", async () => {
    const { runtime, channel } = runtimeFor({});
    const orphan = { ...channel, pluginId: "acme/gone" };
    expect(await runtime.send(orphan, batchOf("a"))).toMatchObject([
      { ref: "a", status: "config", code: "plugin_missing" },
    ]);
    expect(await runtime.verify(orphan)).toMatchObject({ ok: false, code: "plugin_missing" });
    const receipt = await runtime.parseReceipt(orphan, { headers: {}, query: {}, body: "" });
    expect(receipt).toEqual({ events: [], reply: { status: 404, body: "" } });
  });
});

describe("verify", () => {
  const verify: PurePlugin["verify"] = ({ settings }) => ({
    requests: [{ id: "v", refs: [], method: "GET", url: `${settings.endpoint}/me`, auth: "api" }],
  });

  it("answers what settle made of it", async () => {
    const { runtime, channel } = runtimeFor({
      verify,
      settle: ({ op }) => ({ results: [], verification: { ok: op === "verify", detail: "fine" } }),
    });
    expect(await runtime.verify(channel)).toEqual({ ok: true, detail: "fine" });
    expect(vendor().requests).toMatchObject([{ url: "/me" }]);
  });

  it("reads the secrets afresh, since they may not be saved yet", async () => {
    const { runtime, channel, send } = runtimeFor({
      verify,
      settle: () => ({ results: [], verification: { ok: true } }),
    });
    await send("a");
    await runtime.verify({ ...channel, readSecrets: async () => ({ token: "tok-new" }) });
    expect(vendor().requests[1]?.headers.authorization).toBe("Bearer tok-new");
  });

  it.each<[string, Partial<PurePlugin>, object]>([
    [
      "a plugin that throws",
      { verify: () => Promise.reject(new Error("x")) as never },
      { ok: false, code: "plugin_error" },
    ],
    ["a plugin without verification", { verify }, { ok: false, code: "plugin_error" }],
    ["a plugin without a test", {}, { ok: true, code: "not_testable" }],
  ])("never throws over %s", async (_name, plugin, verification) => {
    const { runtime, channel } = runtimeFor(plugin);
    expect(await runtime.verify(channel)).toMatchObject(verification);
  });
});
