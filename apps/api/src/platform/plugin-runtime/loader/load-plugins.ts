import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "../../logger.ts";
import type { Isolation, LoadedPlugins, PluginCatalogue } from "../catalogue.ts";
import { MANIFEST_FILE } from "./check-plugin.ts";
import { loadPlugin, type ShippedPlugin } from "./load-plugin.ts";

/** The plugins that ship with an installation, the same for every tenant. */
export interface ShippedPlugins extends PluginCatalogue, LoadedPlugins {
  /** SHA-256 of a plugin's code if it runs in the sandbox. */
  sealedHashOf(pluginId: string): string | undefined;
  /**
   * Reads the folders again: plugins that were changed, added or taken away are so from then on. One that is not in
   * order any more stays as it was. Never throws.
   */
  reload(): Promise<void>;
}

/**
 * Loads every plugin of some folders: `<folder>/<name>/channel.json` and the module it names. A plugin that is not
 * in order is left out and the reason logged; it never keeps the others, or the process, from starting. So is one that
 * has to be sealed when the sandbox cannot be started.
 */
export async function loadPlugins(
  folders: readonly string[],
  logger: Logger,
  isolation: Isolation = { kind: "in-process" },
): Promise<ShippedPlugins> {
  const shelf = { folders, logger, isolation };
  let loaded: Shipped = await loadFolders(shelf, new Map());
  let reloading: Promise<void> = Promise.resolve();
  const plugins: ShippedPlugins = {
    list: () => [...loaded.values()].map(({ plugin }) => plugin),
    find: (pluginId) => loaded.get(pluginId)?.plugin,
    obstacleTo: () => undefined,
    sealedHashOf: (pluginId) => loaded.get(pluginId)?.sealedHash,
    of: () => plugins,
    open(tenantId, pluginId) {
      const found = loaded.get(pluginId);
      return found && { manifest: found.plugin.manifest, module: async () => found.moduleFor(tenantId) };
    },
    reload() {
      reloading = reloading.then(async () => {
        loaded = await loadFolders(shelf, loaded);
      });
      return reloading;
    },
  };
  return plugins;
}

type FoundPlugin = ShippedPlugin & { path: string };
type Shipped = ReadonlyMap<string, FoundPlugin>;

interface Shelf {
  folders: readonly string[];
  logger: Logger;
  isolation: Isolation;
}

async function loadFolders(shelf: Shelf, before: Shipped): Promise<Shipped> {
  const { folders, logger, isolation } = shelf;
  const paths = await Promise.all(folders.map((folder) => findPluginFolders(folder, logger, before)));
  const found = new Map<string, FoundPlugin>();
  for (const path of paths.flat()) {
    const loaded = await tryToLoad(shelf, path, found, before);
    if (loaded) found.set(loaded.plugin.manifest.id, loaded);
  }
  const inOrder = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const versions = inOrder.map(([id, { plugin }]) => `${id}@${plugin.manifest.version}`);
  logger.info({ plugins: versions, isolation: isolation.kind }, "plugins loaded");
  return new Map(inOrder);
}

/** The plugin as it is now; or, where that is not in order, as it was before. */
async function tryToLoad(
  { logger, isolation }: Shelf,
  path: string,
  found: Shipped,
  before: Shipped,
): Promise<FoundPlugin | undefined> {
  try {
    const loaded = await loadPlugin(path, isolation);
    const { id } = loaded.plugin.manifest;
    if (found.has(id)) throw new Error(`another plugin has the id ${id} already`);
    return { ...loaded, path };
  } catch (error) {
    logger.error({ folder: path, reason: (error as Error).message }, "plugin left out");
    const kept = [...before.values()].find((one) => one.path === path);
    return kept && !found.has(kept.plugin.manifest.id) ? kept : undefined;
  }
}

/** In the order of their names, so that of two plugins with one id the same one wins at every start. */
async function findPluginFolders(folder: string, logger: Logger, before: Shipped): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .sort()
      .map((name) => join(folder, name))
      .filter((path) => existsSync(join(path, MANIFEST_FILE)));
  } catch (error) {
    logger.error({ folder, reason: (error as Error).message }, "the folder of plugins cannot be read");
    return [...before.values()].map(({ path }) => path).filter((path) => dirname(path) === folder);
  }
}
