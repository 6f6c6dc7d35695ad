import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PluginManifest } from "@tidings/sdk/plugin";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadPlugins } from "../loader/load-plugins.ts";
import { createPluginRuntime } from "../runtime.ts";
import { batchOf, channelWith, manifestWith, recordingLogger } from "../testing/plugins.ts";
import { useVendor } from "../testing/runtime.ts";
import type { SandboxLimits } from "./limits.ts";
import { GREEDY } from "./testing/hostile-plugins.ts";
import { IMPATIENT, useSandboxes } from "./testing/sandboxes.ts";

const POSTING = `
  globalThis.ranInTheHost = true;
  export const plan = ({ messages, settings }) => ({
    requests: messages.map(({ ref }) => ({
      id: ref, refs: [ref], method: "POST", url: settings.endpoint + "/send/" + ref, body: ref, auth: "api",
    })),
  });
  export const settle = ({ responses }) => ({
    results: responses.flatMap(({ refs, status }) =>
      refs.map((ref) => ({ ref, status: status === 200 ? "accepted" : "unknown" }))),
  });
  export const verify = () => ({ requests: [] });
  export const parseReceipt = ({ body }) => ({
    events: [{ eventId: body, type: "delivered", at: 1 }], reply: { status: 200, body: "ok" },
  });
`;
const NATIVE = "export const open = () => ({});";
const PUSH = { headers: {}, query: {}, body: "e1" };

const newSandbox = useSandboxes();
const { vendor } = useVendor();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidings-sealed-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, code: string, overrides: Partial<PluginManifest> = {}) {
  const manifest = manifestWith({ id: `acme/${name}`, ...overrides });
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "channel.json"), JSON.stringify(manifest));
  await writeFile(join(folder, name, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, name, "plugin.js"), code);
}

async function load(limits?: Partial<SandboxLimits>) {
  const { sandbox } = newSandbox(limits);
  const { logger, logs } = recordingLogger();
  const plugins = await loadPlugins([folder], logger, { kind: "sealed", sandbox });
  const { host, origin } = new URL(vendor().origin);
  const runtime = createPluginRuntime({
    plugins,
    clock: { now: () => new Date(1_700_000_000_000) },
    logger,
    outbound: { allowedEndpoints: new Set([host]) },
  });
  const channel = (name: string) => channelWith({ pluginId: `acme/${name}`, settings: { endpoint: origin } });
  const reasons = () => logs.filter(({ level }) => level === "error").map(({ fields }) => fields.reason);
  return { runtime, plugins, channel, reasons };
}

describe("a plugin that is to be sealed", () => {
  it("sends, reads pushes and is tested as in the host's process, in which none of it has run", async () => {
    await put("posting", POSTING);
    const { runtime, channel } = await load();
    expect(await runtime.send(channel("posting"), batchOf("a", "b"))).toEqual([
      { ref: "a", status: "accepted" },
      { ref: "b", status: "accepted" },
    ]);
    expect(vendor().requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer tok-0123456789",
      "Bearer tok-0123456789",
    ]);
    expect(await runtime.parseReceipt(channel("posting"), PUSH)).toEqual({
      events: [{ eventId: "e1", type: "delivered", at: 1 }],
      reply: { status: 200, body: "ok" },
    });
    expect(await runtime.verify(channel("posting"))).toMatchObject({ ok: false, code: "plugin_error" });
    expect(globalThis).not.toHaveProperty("ranInTheHost");
    await runtime.close();
  });

  it("is left out where the sandbox cannot be started; a native one is not its business", async () => {
    await put("posting", POSTING);
    await put("native", NATIVE, { level: "native" });
    const { runtime, plugins, channel, reasons } = await load({ dataBytes: 8 * 1024 * 1024 });
    expect(plugins.list().map(({ manifest }) => manifest.id)).toEqual(["acme/native"]);
    expect(reasons()).toContainEqual(expect.stringContaining("cannot be sealed"));
    expect(globalThis).not.toHaveProperty("ranInTheHost");
    expect(await runtime.send(channel("posting"), batchOf("a"))).toMatchObject([
      { ref: "a", status: "config", code: "plugin_missing" },
    ]);
    await runtime.close();
  });

  it("is left out if it does not export what its manifest promises", async () => {
    await put("posting", "export const plan = () => ({ requests: [] });");
    const { runtime, plugins, reasons } = await load();
    expect(plugins.list()).toEqual([]);
    expect(reasons()).toEqual(["plugin.js does not export settle"]);
    await runtime.close();
  });

  it("loses no message when it is disabled: what was not sent is transient, a push is asked for again", async () => {
    const settles = `${POSTING.replace("export const plan", "const posting")}`;
    await put("greedy", `${settles}\n${GREEDY["a huge output"]}`);
    const { runtime, channel, reasons } = await load({ ...IMPATIENT });
    const send = () => runtime.send(channel("greedy"), batchOf("a"));
    expect(await send()).toMatchObject([{ ref: "a", status: "transient", code: "plugin_error" }]);
    expect(await send()).toMatchObject([{ ref: "a", status: "transient", code: "plugin_error" }]);
    expect(await send()).toMatchObject([{ ref: "a", status: "transient", code: "plugin_disabled" }]);
    expect(await runtime.verify(channel("greedy"))).toMatchObject({ ok: false, code: "plugin_disabled" });
    expect(await runtime.parseReceipt(channel("greedy"), PUSH)).toEqual({
      events: [],
      reply: { status: 503, body: "" },
    });
    expect(reasons()).toContain("plan gave more than it may");
    expect(vendor().requests).toEqual([]);
    await runtime.close();
  });
});
