import type { NativePlugin, OutboundMessage, PluginManifest, PurePlugin } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { createPluginRuntime } from "./runtime.ts";
import { catalogueOf, channelWith, manifestWith, postEach, recordingLogger } from "./testing/plugins.ts";

const SECRET = "tok-0123456789";
const message: OutboundMessage = { ref: "dlv_1", address: "a-1", content: { text: "hi" }, variables: {} };

async function preview(
  functions: Partial<PurePlugin> | NativePlugin,
  overrides: Partial<PluginManifest> = {},
  endpoint = "https://api.vendor.example",
) {
  const { logger, logs } = recordingLogger();
  const plugin = "open" in functions ? functions : { ...postEach, ...functions };
  const runtime = createPluginRuntime({
    plugins: catalogueOf(manifestWith(overrides), plugin),
    clock: { now: () => new Date(5) },
    logger,
    outbound: { allowedEndpoints: new Set() },
  });
  const readSecrets = async () => {
    throw new Error("nobody reads secrets for a preview");
  };
  const shown = await runtime.preview(channelWith({ settings: { endpoint }, readSecrets }), "att_1", message);
  await runtime.close();
  return { shown, logs };
}

describe("preview", () => {
  it("shows what the plan asks for, and placeholders for what its scheme adds", async () => {
    const { shown } = await preview({
      plan: ({ messages, settings }) => ({
        requests: messages.map(({ ref, content }) => ({
          id: ref,
          refs: [ref],
          method: "POST",
          url: `${settings.endpoint}/send`,
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(content),
          auth: "api",
        })),
      }),
    });
    expect(shown).toEqual({
      kind: "requests",
      refusal: null,
      requests: [
        {
          method: "POST",
          url: "https://api.vendor.example/send",
          headers: { "user-agent": "Tidings/1", "content-type": "application/json" },
          body: '{"text":"hi"}',
          authentication: {
            scheme: "api",
            type: "bearer",
            headers: { authorization: "Bearer <token>" },
            query: {},
          },
          blockedBecause: null,
        },
      ],
    });
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });

  it("shows where an access token would stand", async () => {
    const { shown } = await preview(
      {},
      {
        auth: {
          api: {
            type: "access-token",
            request: { method: "GET", url: "https://api.vendor.example/token" },
            answer: { token: "/token" },
            placement: { in: "query", name: "access_token" },
            refusal: { statuses: [401] },
          },
        },
      },
    );
    expect(shown).toMatchObject({
      requests: [{ authentication: { headers: {}, query: { access_token: "<access token>" } } }],
    });
  });

  it.each([
    ["a host of nobody's", { url: "https://elsewhere.example/" }, "elsewhere.example"],
    ["a private address", { url: "https://127.0.0.1/" }, "127.0.0.1"],
    ["a reserved header", { headers: { Host: "x" } }, "host"],
    ["a scheme that does not exist", { auth: "none" }, "scheme"],
  ])("says that a request would be held back: %s", async (_, change, word) => {
    const base = { id: "1", refs: ["dlv_1"], method: "GET" as const, url: "https://api.vendor.example/" };
    const { shown } = await preview({ plan: () => ({ requests: [{ ...base, ...change }] }) });
    expect(shown).toMatchObject({ requests: [{ blockedBecause: expect.stringContaining(word) }] });
  });

  it("tells why the plan refuses the message", async () => {
    const { shown } = await preview({
      plan: () => ({ requests: [], results: [{ ref: "dlv_1", status: "rejected", code: "invalid_number" }] }),
    });
    expect(shown).toEqual({
      kind: "requests",
      requests: [],
      refusal: { status: "rejected", code: "invalid_number" },
    });
  });

  it("answers for a plugin that throws, and logs it", async () => {
    const { shown, logs } = await preview({
      plan: () => {
        throw new Error("boom");
      },
    });
    expect(shown).toMatchObject({ kind: "unavailable", code: "plugin_error" });
    expect(logs).toHaveLength(1);
  });

  it("shows what is too large to be shown as just that", async () => {
    const request = { id: "1", refs: ["dlv_1"], method: "POST" as const, url: "https://api.vendor.example/" };
    const { shown } = await preview({
      plan: () => ({ requests: [{ ...request, body: "x".repeat(2_000_001) }] }),
    });
    expect(shown).toMatchObject({ kind: "unavailable", code: "preview_too_large" });
  });
});

describe("preview of a native plugin", () => {
  const open = () => {
    throw new Error("a preview opens nothing");
  };

  it("is what the plugin says it would hand over", async () => {
    const label = { zh: "信封", en: "Envelope" };
    const { shown } = await preview(
      {
        open,
        preview: ({ messages }) => ({
          transmissions: messages.map(({ ref, address }) => ({ ref, parts: [{ label, text: address }] })),
          results: [],
        }),
      },
      { level: "native" },
    );
    expect(shown).toEqual({ kind: "transmission", parts: [{ label, text: "a-1" }], refusal: null });
  });

  it("is not there where the plugin has none", async () => {
    const { shown } = await preview({ open }, { level: "native" });
    expect(shown).toMatchObject({ kind: "unavailable", code: "no_preview" });
  });
});
