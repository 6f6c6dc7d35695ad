import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DemoChannel, Simulator, SimulatorOptions, StartSimulator } from "@tidings/sdk/testing";

/** A running simulator; its receipts address may be set once the channel has one. */
export interface DemoSimulator {
  /** Folder of the plugin it belongs to. */
  plugin: string;
  simulator: Simulator;
  options: SimulatorOptions;
  /** The plugin's id. */
  pluginId: string;
  /** The channel that is made of it. */
  channel: DemoChannel;
}

/** Ports that the pages prefer, so that a bookmark survives a restart. */
export const FIRST_PAGE_PORT = 9101;

/** Where a plugin that was built has its vendor's fake. */
const SIMULATOR = "dist/simulator.js";

/** What that exports. */
interface SimulatorModule {
  startSimulator: StartSimulator;
  demo?: DemoChannel;
}

/** Starts the simulators of all plugins that have something to show. Their own builds are loaded; nothing is imported. */
export async function startSimulators(pluginsDir: string): Promise<DemoSimulator[]> {
  const folders = (await readdir(pluginsDir))
    .sort()
    .filter((folder) => existsSync(join(pluginsDir, folder, SIMULATOR)));
  const simulators = await Promise.all(
    folders.map(async (plugin, index) => {
      const { startSimulator, demo } = await loadSimulator(join(pluginsDir, plugin, SIMULATOR));
      if (!demo) return [];
      const options: SimulatorOptions = {};
      const simulator = await startOn(startSimulator, options, FIRST_PAGE_PORT + index);
      const pluginId = await readPluginId(join(pluginsDir, plugin, "channel.json"));
      return [{ plugin, pluginId, simulator, options, channel: demo }];
    }),
  );
  return simulators.flat();
}

const loadSimulator = async (file: string): Promise<SimulatorModule> => import(pathToFileURL(file).href);

const readPluginId = async (manifest: string): Promise<string> =>
  JSON.parse(await readFile(manifest, "utf8")).id;

/** On the preferred port, or on any when that one is taken. The options object stays the simulator's own. */
async function startOn(start: StartSimulator, options: SimulatorOptions, port: number): Promise<Simulator> {
  try {
    return await start(Object.assign(options, { port }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return start(Object.assign(options, { port: 0 }));
  }
}
