import type { PluginManifest, PurePlugin } from "@tidings/sdk/plugin";
import { afterEach, beforeEach } from "vitest";
import { createPluginRuntime } from "../runtime.ts";
import { batchOf, catalogueOf, channelWith, manifestWith, postEach, recordingLogger } from "./plugins.ts";
import { startVendor, type VendorBehaviour, type VendorServer } from "./vendor-server.ts";

const BEGINNING = 1_700_000_000_000;

const answer: VendorBehaviour = (_, response) => response.end("{}");

/** A fresh vendor for every test of the file, and runtimes that talk to it. */
export function useVendor() {
  let server: VendorServer;
  let behaviour = answer;
  let now = BEGINNING;
  const cleanups: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    behaviour = answer;
    now = BEGINNING;
    server = await startVendor((...args) => behaviour(...args));
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await server.close();
  });

  return {
    vendor: () => server,
    behave: (next: VendorBehaviour) => {
      behaviour = next;
    },
    /** Moves the clock of all runtimes on. */
    pass: (durationMs: number) => {
      now += durationMs;
    },
    /** A runtime with one plugin: `postEach`, with some functions replaced; and a channel at the vendor. */
    runtimeFor(plugin: Partial<PurePlugin>, overrides: Partial<PluginManifest> = {}, origin = server.origin) {
      const { logger, logs } = recordingLogger();
      const samples: string[] = [];
      const runtime = createPluginRuntime({
        plugins: catalogueOf(manifestWith(overrides), { ...postEach, ...plugin }),
        clock: { now: () => new Date(now) },
        logger,
        outbound: { allowedEndpoints: new Set([new URL(origin).host]) },
        metrics: { requestFinished: ({ pluginId, outcome }) => samples.push(`${pluginId} ${outcome}`) },
      });
      cleanups.push(() => runtime.close());
      const channel = channelWith({ settings: { endpoint: origin } });
      const send = (...refs: string[]) => runtime.send(channel, batchOf(...refs));
      return { runtime, channel, send, logs, samples };
    },
  };
}
