import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Settings } from "@tidings/sdk/plugin";
import type { Simulator } from "@tidings/sdk/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadedPlugin } from "./catalogue.ts";
import { loadPlugins, type ShippedPlugins } from "./loader/load-plugins.ts";
import { createPluginRuntime, type PluginRuntime } from "./runtime.ts";
import { channelWith, recordingLogger } from "./testing/plugins.ts";

/*
 * The plugins of this repository against their own simulators, which check signatures and logins with code of
 * their own. Plugins that have not been built are left out.
 */
const FOLDER = fileURLToPath(new URL("../../../../../plugins/", import.meta.url));
const BUILT = readdirSync(FOLDER).filter((name) => existsSync(`${FOLDER}${name}/dist/simulator.js`));

describe.each(BUILT)("%s", (name) => {
  const endpoints = new Set<string>();
  let plugins: ShippedPlugins;
  let plugin: LoadedPlugin | undefined;
  let runtime: PluginRuntime;
  let simulator: Simulator;

  beforeAll(async () => {
    const { logger, logs } = recordingLogger();
    plugins = await loadPlugins([FOLDER], logger);
    expect(logs.filter(({ level }) => level === "error")).toEqual([]);
    plugin = plugins.list().find(({ manifest }) => manifest.id.endsWith(`/${name}`));
    simulator = await (await import(`${FOLDER}${name}/dist/simulator.js`)).startSimulator();
    for (const endpoint of simulator.endpoints) endpoints.add(endpoint);
    runtime = createPluginRuntime({
      plugins,
      clock: { now: () => new Date() },
      logger,
      outbound: { allowedEndpoints: endpoints },
    });
  });

  afterAll(async () => {
    await runtime.close();
    await simulator.close();
  });

  function split() {
    const secretFields = new Set(plugin?.secretFields);
    const fields = Object.entries(simulator.settings);
    const settings: Settings = Object.fromEntries(fields.filter(([field]) => !secretFields.has(field)));
    const secrets = fields.filter(([field]) => secretFields.has(field)) as [string, string][];
    return { settings, secrets };
  }

  const verify = (settings: Settings, secrets: [string, string][]) =>
    runtime.verify(
      channelWith({
        pluginId: plugin?.manifest.id ?? "",
        settings,
        readSecrets: async () => Object.fromEntries(secrets),
      }),
    );

  it("accepts the simulator's settings", () => {
    expect(plugin?.validateSettings(simulator.settings)).toEqual([]);
  });

  it("proves right secrets", async () => {
    const { settings, secrets } = split();
    expect(await verify(settings, secrets)).toEqual({ ok: true });
  });

  /** What only the vendor's own pushes prove: no call says whether it is right. */
  function secretsOfPushes(): string[] {
    const { authentication } = plugin?.manifest.receipts ?? {};
    if (!authentication) return [];
    const { secret, envelope } = authentication;
    return envelope ? [secret, envelope.key] : [secret];
  }

  it("finds out wrong secrets", async () => {
    const { settings, secrets } = split();
    for (const [field] of secrets.filter(([name]) => !secretsOfPushes().includes(name))) {
      const wrong = secrets.map(([name, value]): [string, string] => [
        name,
        name === field ? [...value].reverse().join("") : value,
      ]);
      expect(await verify(settings, wrong), `wrong ${field}`).toMatchObject({ ok: false });
    }
  });

  it("does not reach the simulator without being allowed to", async () => {
    const { settings, secrets } = split();
    endpoints.clear();
    expect(await verify(settings, secrets)).toMatchObject({ ok: false, code: "blocked" });
    for (const endpoint of simulator.endpoints) endpoints.add(endpoint);
  });
});
