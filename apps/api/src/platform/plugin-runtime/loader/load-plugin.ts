import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginManifest } from "@tidings/sdk/plugin";
import type { Isolation, LoadedPlugin, PluginModule, Sealer } from "../catalogue.ts";
import { checkExports, checkPlugin, MANIFEST_FILE, PluginRefused } from "./check-plugin.ts";

export interface ShippedPlugin {
  plugin: LoadedPlugin;
  /** SHA-256 of the code that runs in the sandbox; undefined for what runs in this process. */
  sealedHash: string | undefined;
  moduleFor(tenantId: string): PluginModule;
}

/** Loads the plugin in a folder; throws PluginRefused if anything about it is wrong. */
export async function loadPlugin(folder: string, isolation: Isolation): Promise<ShippedPlugin> {
  const plugin = checkPlugin(await readManifest(join(folder, MANIFEST_FILE)));
  const { manifest } = plugin;
  const path = await findEntry(folder, manifest.entry);
  const isSealed = isolation.kind === "sealed" && manifest.level === "pure";
  const entry = await (isSealed ? sealEntry(path, manifest, isolation.sandbox) : importEntry(path, manifest));
  checkExports(manifest, entry.exports);
  return { plugin, sealedHash: entry.sealedHash, moduleFor: entry.moduleFor };
}

async function readManifest(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new PluginRefused(`${MANIFEST_FILE} cannot be read: ${(error as Error).message}`);
  }
}

/** An entry whose exports have still to be compared with the manifest. */
interface OpenEntry extends Omit<ShippedPlugin, "plugin"> {
  /** Names of the functions. */
  exports: readonly string[];
}

/** By its content: a file that was changed is another module, the same file is the one that is there. */
async function importEntry(path: string, { entry, level }: PluginManifest): Promise<OpenEntry> {
  let exported: Record<string, unknown>;
  try {
    const hash = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    exported = await import(`${pathToFileURL(path).href}?sha256=${hash}`);
  } catch (error) {
    throw new PluginRefused(`${entry} cannot be imported: ${(error as Error).message}`);
  }
  const module = { level, functions: exported } as unknown as PluginModule;
  const exports = Object.keys(exported).filter((name) => typeof exported[name] === "function");
  return { exports, sealedHash: undefined, moduleFor: () => module };
}

/** Reads the code without running it here. */
async function sealEntry(path: string, { id, entry }: PluginManifest, sandbox: Sealer): Promise<OpenEntry> {
  try {
    const { hash, exports, functionsFor } = await sandbox.seal(id, await readFile(path, "utf8"));
    return {
      exports,
      sealedHash: hash,
      moduleFor: (tenantId) => ({ level: "pure", functions: functionsFor(tenantId) }),
    };
  } catch (error) {
    throw new PluginRefused(`${entry} cannot be sealed: ${(error as Error).message}`);
  }
}

/** The real path of the entry, which neither dots nor links may lead out of the plugin's folder. */
async function findEntry(folder: string, entry: string): Promise<string> {
  const root = await realpath(folder);
  if (isOutside(root, resolve(root, entry)))
    throw new PluginRefused(`${entry} is outside the plugin's folder`);
  const path = await realpath(resolve(root, entry)).catch(() => {
    throw new PluginRefused(`${entry} does not exist; has the plugin been built?`);
  });
  if (isOutside(root, path)) throw new PluginRefused(`${entry} is outside the plugin's folder`);
  return path;
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === ".." || way.startsWith(`..${sep}`);
}
