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

/** What a plugin's `dist/simulator.js` exports. */
interface SimulatorModule {
  startSimulator: StartSimulator;
  demo?: DemoChannel;
}

/** Starts the simulators of all plugins that have something to show. Their own builds are loaded; nothing is imported. */
export async function startSimulators(pluginsDir: string): Promise<DemoSimulator[]> {
  const folders = (await readdir(pluginsDir))
    .sort()
    .filter((folder) => existsSync(join(pluginsDir, folder, "simulator")));
  const simulators = await Promise.all(
    folders.map(async (plugin, index) => {
      const { startSimulator, demo } = await loadSimulator(join(pluginsDir, plugin, "dist/simulator.js"));
      if (!demo) return [];
      const options: SimulatorOptions = {};
      const simulator = await startOn(startSimulator, options, FIRST_PAGE_PORT + index);
      const pluginId = await readPluginId(join(pluginsDir, plugin, "channel.json"));
      return [{ plugin, pluginId, simulator, options, channel: demo }];
    }),
  );
  return simulators.flat();
}

async function loadSimulator(file: string): Promise<SimulatorModule> {
  if (!existsSync(file)) throw new Error(`${file} is not built; run npm run build.`);
  return (await import(pathToFileURL(file).href)) as SimulatorModule;
}

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
