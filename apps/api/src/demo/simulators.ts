import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Simulator, SimulatorOptions, StartSimulator } from "@tidings/sdk/testing";

/** A running simulator; its receipts address may be set once the channel has one. */
export interface DemoSimulator {
  /** Folder of the plugin it belongs to. */
  plugin: string;
  simulator: Simulator;
  options: SimulatorOptions;
}

/** Ports that the pages prefer, so that a bookmark survives a restart. */
export const FIRST_PAGE_PORT = 9101;

/** Starts the simulators that the plugins ship. Each plugin's own build is loaded; nothing is imported. */
export async function startSimulators(pluginsDir: string, plugins: string[]): Promise<DemoSimulator[]> {
  return Promise.all(
    plugins.map(async (plugin, index) => {
      const options: SimulatorOptions = {};
      const start = await loadSimulator(join(pluginsDir, plugin, "dist/simulator.js"));
      const simulator = await startOn(start, options, FIRST_PAGE_PORT + index);
      return { plugin, simulator, options };
    }),
  );
}

async function loadSimulator(file: string): Promise<StartSimulator> {
  if (!existsSync(file)) throw new Error(`${file} is not built; run npm run build.`);
  const module = (await import(pathToFileURL(file).href)) as { startSimulator: StartSimulator };
  return module.startSimulator;
}

/** On the preferred port, or on any when that one is taken. The options object stays the simulator's own. */
async function startOn(start: StartSimulator, options: SimulatorOptions, port: number): Promise<Simulator> {
  try {
    return await start(Object.assign(options, { port }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return start(Object.assign(options, { port: 0 }));
  }
}
