import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../logger.ts";
import type { Isolation, LoadedPlugins } from "../catalogue.ts";
import { loadPlugin, MANIFEST_FILE, type PluginPackage } from "./load-plugin.ts";

/**
 * Loads every plugin of a folder: `<folder>/<name>/channel.json` and the module it names. A plugin that is not
 * in order is left out and the reason logged; it never keeps the others, or the process, from starting. So is one that
 * has to be sealed when the sandbox cannot be started.
 */
export async function loadPlugins(
  folder: string,
  logger: Logger,
  isolation: Isolation = { kind: "in-process" },
): Promise<LoadedPlugins> {
  const packages = new Map<string, PluginPackage>();
  for (const path of await findPluginFolders(folder, logger)) {
    try {
      const loaded = await loadPlugin(path, isolation);
      const { id } = loaded.plugin.manifest;
      if (packages.has(id)) throw new Error(`another plugin has the id ${id} already`);
      packages.set(id, loaded);
    } catch (error) {
      logger.error({ folder: path, reason: (error as Error).message }, "plugin left out");
    }
  }
  const plugins = [...packages.values()]
    .map(({ plugin }) => plugin)
    .sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
  logger.info(
    {
      plugins: plugins.map(({ manifest }) => `${manifest.id}@${manifest.version}`),
      isolation: isolation.kind,
    },
    "plugins loaded",
  );
  return {
    list: () => [...plugins],
    find: (pluginId) => packages.get(pluginId)?.plugin,
    module: (pluginId, tenantId) => packages.get(pluginId)?.moduleFor(tenantId),
  };
}

/** In the order of their names, so that of two plugins with one id the same one wins at every start. */
async function findPluginFolders(folder: string, logger: Logger): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .sort()
      .map((name) => join(folder, name))
      .filter((path) => existsSync(join(path, MANIFEST_FILE)));
  } catch (error) {
    logger.error({ folder, reason: (error as Error).message }, "the folder of plugins cannot be read");
    return [];
  }
}
