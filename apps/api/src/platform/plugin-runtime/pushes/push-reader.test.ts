import type { PurePlugin, ReceiptInput } from "@tidings/sdk/plugin";
import { afterEach, describe, expect, it } from "vitest";
import { createPluginRuntime, type PluginRuntime } from "../runtime.ts";
import { catalogueOf, channelWith, manifestWith, postEach, recordingLogger } from "../testing/plugins.ts";
import { encrypt, inXml, PUSH_KEY, PUSH_SCHEME, PUSH_TOKEN, signedQuery } from "../testing/signed-pushes.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const SETTINGS = { endpoint: "e", appId: "wx-1" };

let runtime: PluginRuntime | undefined;
afterEach(() => runtime?.close());

function given(secrets: Record<string, string> | Error) {
  const seen: ReceiptInput[] = [];
  const parseReceipt: PurePlugin["parseReceipt"] = (input) => {
    seen.push(input);
    return { events: [], reply: { status: 200, body: "success" } };
  };
  const { logger, logs } = recordingLogger();
  const receipts = { mode: "push", delivered: true, read: false, authentication: PUSH_SCHEME } as const;
  runtime = createPluginRuntime({
    plugins: catalogueOf(manifestWith({ receipts }), { ...postEach, parseReceipt }),
    clock: { now: () => new Date(NOW) },
    logger,
    outbound: { allowedEndpoints: new Set() },
  });
  const readSecrets = () =>
    secrets instanceof Error ? Promise.reject(secrets) : Promise.resolve({ token: "t", ...secrets });
  const channel = channelWith({ settings: SETTINGS, readSecrets });
  const push = (query: Record<string, string>, body: string) =>
    runtime?.parseReceipt(channel, { headers: {}, query, body });
  return { push, seen, logs };
}

describe("a push that has to prove itself", () => {
  it("reaches the plugin in plain text, and without a secret", async () => {
    const { push, seen } = given({ pushToken: PUSH_TOKEN, pushKey: PUSH_KEY });
    const ciphertext = encrypt("<xml/>", SETTINGS.appId);
    const output = await push(signedQuery(NOW, PUSH_TOKEN, ciphertext), inXml(ciphertext));
    expect(output?.reply).toEqual({ status: 200, body: "success" });
    expect(seen).toMatchObject([{ body: "<xml/>", settings: SETTINGS }]);
    expect(JSON.stringify(seen)).not.toContain(PUSH_TOKEN);
    expect(JSON.stringify(seen)).not.toContain(PUSH_KEY);
  });

  it("reaches no plugin otherwise, and the log says why and quotes nothing", async () => {
    const { push, seen, logs } = given({ pushToken: PUSH_TOKEN });
    const forged = signedQuery(NOW, "another secret");
    await expect(push(forged, "openid-of-somebody")).rejects.toMatchObject({ status: 401 });
    expect(seen).toEqual([]);
    expect(logs).toMatchObject([{ level: "warn", message: "push refused" }]);
    const logged = JSON.stringify(logs);
    for (const text of [PUSH_TOKEN, "openid-of-somebody", forged.signature ?? ""]) {
      expect(logged).not.toContain(text);
    }
  });

  it("comes again when the channel's secrets cannot be read", async () => {
    const { push, seen } = given(new Error("no key"));
    expect((await push(signedQuery(NOW), "<xml/>"))?.reply.status).toBe(503);
    expect(seen).toEqual([]);
  });
});
