import type { NativeOpenInput, NativePlugin, NativeSession, PluginManifest } from "@tidings/sdk/plugin";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createPluginRuntime } from "../runtime.ts";
import {
  batchOf,
  catalogueOf,
  channelWith,
  hostOfSetting,
  manifestWith,
  recordingLogger,
} from "../testing/plugins.ts";

const MINUTE_MS = 60_000;

/** A native plugin that notes when its sessions open and close. */
function scriptedPlugin(script: Partial<NativeSession> & { open?: () => void } = {}) {
  const events: string[] = [];
  const inputs: NativeOpenInput[] = [];
  let openCount = 0;
  const plugin: NativePlugin = {
    open(input) {
      openCount += 1;
      const name = `session ${openCount}`;
      inputs.push(input);
      script.open?.();
      events.push(`open ${name}`);
      return {
        send: async ({ messages }) => messages.map(({ ref }) => ({ ref, status: "accepted" })),
        verify: async () => ({ ok: true }),
        close: async () => {
          events.push(`close ${name}`);
        },
        ...script,
      };
    },
  };
  return { plugin, events, inputs };
}

function runtimeFor(plugin: NativePlugin, overrides: Partial<PluginManifest> = {}, endpoints: string[] = []) {
  const { logger, logs } = recordingLogger();
  const manifest = manifestWith({ level: "native", hosts: [hostOfSetting("host")], ...overrides });
  const runtime = createPluginRuntime({
    plugins: catalogueOf(manifest, plugin),
    clock: { now: () => new Date() },
    logger,
    outbound: { allowedEndpoints: new Set(endpoints) },
    resolve: async (host) => [{ address: host.startsWith("public") ? "8.8.8.8" : "127.0.0.1", family: 4 }],
  });
  const channel = channelWith({ settings: { host: "mail.test", port: 2525 } });
  return { runtime, logs, channel };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a native session", () => {
  it("is opened once for a revision, with secrets and limits", async () => {
    const { plugin, events, inputs } = scriptedPlugin();
    const { runtime, channel } = runtimeFor(plugin);
    await Promise.all([runtime.send(channel, batchOf("a")), runtime.send(channel, batchOf("b"))]);
    expect(events).toEqual(["open session 1"]);
    expect(inputs[0]).toMatchObject({
      settings: { host: "mail.test" },
      secrets: { token: "tok-0123456789" },
      limits: { concurrency: 8, timeoutMs: 1000 },
    });
    await runtime.close();
    expect(events).toEqual(["open session 1", "close session 1"]);
  });

  it("is replaced when the revision changes, after those who use it are done", async () => {
    const finish: (() => void)[] = [];
    const { plugin, events } = scriptedPlugin({
      send: ({ messages }) =>
        new Promise((resolve) => {
          finish.push(() => resolve(messages.map(({ ref }) => ({ ref, status: "accepted" }))));
        }),
    });
    const { runtime, channel } = runtimeFor(plugin);
    const first = runtime.send(channel, batchOf("a"));
    await vi.waitFor(() => expect(finish).toHaveLength(1));
    const second = runtime.send({ ...channel, revision: 2 }, batchOf("b"));
    await vi.waitFor(() => expect(finish).toHaveLength(2));
    expect(events).toEqual(["open session 1", "open session 2"]);
    finish[0]?.();
    expect(await first).toMatchObject([{ status: "accepted" }]);
    await vi.waitFor(() => expect(events).toContain("close session 1"));
    finish[1]?.();
    await second;
    expect(events).not.toContain("close session 2");
    await runtime.close();
  });

  it("is closed after ten idle minutes", async () => {
    vi.useFakeTimers();
    const { plugin, events } = scriptedPlugin();
    const { runtime, channel } = runtimeFor(plugin);
    await runtime.send(channel, batchOf("a"));
    await vi.advanceTimersByTimeAsync(9 * MINUTE_MS);
    await runtime.send(channel, batchOf("b"));
    await vi.advanceTimersByTimeAsync(9 * MINUTE_MS);
    expect(events).toEqual(["open session 1"]);
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(events).toEqual(["open session 1", "close session 1"]);
    await runtime.send(channel, batchOf("c"));
    expect(events).toContain("open session 2");
    await runtime.close();
  });

  it("that hangs is given up with its messages unknown, and replaced", async () => {
    vi.useFakeTimers();
    const { plugin, events } = scriptedPlugin({ send: () => new Promise(() => undefined) });
    const { runtime, channel } = runtimeFor(plugin);
    const results = runtime.send(channel, batchOf("a", "b"));
    // One second to connect and one for the two messages, which go side by side.
    await vi.advanceTimersByTimeAsync(2000);
    expect(await results).toMatchObject([
      { ref: "a", status: "unknown", code: "timeout" },
      { ref: "b", status: "unknown", code: "timeout" },
    ]);
    expect(events).toEqual(["open session 1", "close session 1"]);
    void runtime.send(channel, batchOf("c"));
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toContain("open session 2");
  });

  it("that cannot be opened has sent nothing, and is tried again", async () => {
    let isBroken = true;
    const { plugin } = scriptedPlugin({
      open: () => {
        if (isBroken) throw new Error("no tok-0123456789");
      },
    });
    const { runtime, channel, logs } = runtimeFor(plugin);
    expect(await runtime.send(channel, batchOf("a"))).toMatchObject([
      { status: "transient", code: "plugin_error" },
    ]);
    expect(JSON.stringify(logs)).not.toContain("tok-0123456789");
    isBroken = false;
    expect(await runtime.send(channel, batchOf("a"))).toMatchObject([{ status: "accepted" }]);
    await runtime.close();
  });

  it("that throws over a batch may have sent it", async () => {
    const { plugin } = scriptedPlugin({ send: () => Promise.reject(new Error("bug")) });
    const { runtime, channel } = runtimeFor(plugin);
    expect(await runtime.send(channel, batchOf("a"))).toMatchObject([
      { status: "unknown", code: "plugin_error" },
    ]);
    await runtime.close();
  });

  it("has its results put right like any other", async () => {
    const { plugin } = scriptedPlugin({
      send: async () => [
        { ref: "a", status: "accepted", detail: "250 tok-0123456789" },
        { ref: "z", status: "accepted" },
      ],
    });
    const { runtime, channel } = runtimeFor(plugin);
    expect(await runtime.send(channel, batchOf("a", "b"))).toEqual([
      { ref: "a", status: "accepted", detail: "250 [redacted]" },
      {
        ref: "b",
        status: "unknown",
        code: "no_result",
        detail: "The plugin gave no result for this message.",
      },
    ]);
    await runtime.close();
  });

  it("is not used to verify, so that settings under test stay apart", async () => {
    const { plugin, events } = scriptedPlugin();
    const { runtime, channel } = runtimeFor(plugin);
    await runtime.send(channel, batchOf("a"));
    expect(await runtime.verify(channel)).toEqual({ ok: true });
    await vi.waitFor(() => expect(events).toEqual(["open session 1", "open session 2", "close session 2"]));
    await runtime.close();
  });
});

describe("resolve", () => {
  async function resolveWith(
    settings: { host: string },
    host: string,
    port: number,
    endpoints: string[] = [],
  ) {
    const { plugin, inputs } = scriptedPlugin();
    const { runtime, channel } = runtimeFor(plugin, {}, endpoints);
    await runtime.send({ ...channel, settings }, batchOf("a"));
    await runtime.close();
    return inputs[0]?.resolve(host, port);
  }

  it("answers the address of a public host of the channel", async () => {
    expect(await resolveWith({ host: "public.test" }, "public.test", 465)).toBe("8.8.8.8");
  });

  it("allows a private host with the port that was allowed", async () => {
    expect(await resolveWith({ host: "mail.test" }, "mail.test", 2525, ["mail.test:2525"])).toBe("127.0.0.1");
  });

  it.each([
    ["a private host", "mail.test", "mail.test", 2525, []],
    ["a private address", "10.0.0.1", "10.0.0.1", 25, []],
    ["a host that is not the channel's", "public.test", "public2.test", 25, []],
    ["another port of an allowed host", "mail.test", "mail.test", 6379, ["mail.test:2525"]],
  ])("refuses %s", async (_name, own, host, port, endpoints) => {
    await expect(resolveWith({ host: own }, host, port, endpoints)).rejects.toMatchObject({
      code: "blocked",
    });
  });
});

describe("collecting", () => {
  const event = (ref: string) => ({ eventId: `e-${ref}`, type: "undelivered" as const, at: 1, ref });
  const manifest = { collect: { pollSeconds: 60, when: { field: "returns", values: ["imap"] } } };

  function visitWith(collect: NonNullable<NativeSession["collect"]>, keepFault?: Error) {
    const { plugin, inputs } = scriptedPlugin({ collect });
    const { runtime, channel, logs } = runtimeFor(plugin, manifest);
    const kept: { events: unknown[]; cursor: string }[] = [];
    const collected = runtime.collect(channel, {
      cursor: "7",
      keep: async (events, cursor) => {
        if (keepFault) throw keepFault;
        kept.push({ events, cursor });
      },
    });
    return { collected, kept, logs, inputs, close: () => runtime.close() };
  }

  it("hands over where to go on, and keeps what is of the contract", async () => {
    const { collected, kept, close } = visitWith(async ({ cursor, keep }) => {
      await keep([event("a"), { type: "read" } as never], `${cursor}+1`);
      return { hasMore: true };
    });
    expect(await collected).toEqual({ hasMore: true });
    expect(kept).toEqual([{ events: [event("a")], cursor: "7+1" }]);
    await close();
  });

  it("says why nothing can be fetched, without secrets", async () => {
    const failure = { code: "refused", detail: "no tok-0123456789" };
    const { collected, close } = visitWith(async () => ({ hasMore: false, failure }));
    expect(await collected).toEqual({
      hasMore: false,
      failure: { code: "refused", detail: "no [redacted]" },
    });
    await close();
  });

  it.each([
    ["too many events", Array.from({ length: 1001 }, () => event("a")), "8"],
    ["an endless cursor", [], "8".repeat(501)],
    ["no cursor", [], undefined as unknown as string],
  ])("refuses %s", async (_name, events, cursor) => {
    const { collected, kept, close } = visitWith(async ({ keep }) => {
      await keep(events, cursor);
      return { hasMore: false };
    });
    expect(await collected).toMatchObject({ hasMore: false, failure: { code: "plugin_error" } });
    expect(kept).toEqual([]);
    await close();
  });

  it("does not take the host's own fault for the plugin's", async () => {
    const { collected, close } = visitWith(async ({ keep }) => {
      await keep([], "8").catch(() => undefined);
      return { hasMore: false };
    }, new Error("the database is away"));
    await expect(collected).rejects.toThrow("the database is away");
    await close();
  });

  it("takes nothing more behind its deadline", async () => {
    vi.useFakeTimers();
    let late: Promise<void> | undefined;
    const { collected, kept, close } = visitWith(
      ({ keep }) =>
        new Promise(() => {
          setTimeout(() => {
            late = keep([event("a")], "8");
            late.catch(() => undefined);
          }, 130_000);
        }),
    );
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await collected).toMatchObject({ failure: { code: "timeout" } });
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(late).rejects.toThrow("behind its end");
    expect(kept).toEqual([]);
    vi.useRealTimers();
    await close();
  });

  it("has a key of the channel's own, which its settings do not change", async () => {
    const { plugin, inputs } = scriptedPlugin();
    const { runtime, channel } = runtimeFor(plugin);
    await runtime.send(channel, batchOf("a"));
    await runtime.send({ ...channel, revision: 2 }, batchOf("b"));
    await runtime.send({ ...channel, channelId: "chn_2" }, batchOf("c"));
    const [first, second, other] = inputs.map(({ key }) => key);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    await runtime.close();
  });
});
