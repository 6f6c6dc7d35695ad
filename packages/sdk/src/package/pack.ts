import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PluginManifest } from "../plugin/index.ts";
import { writeArchive } from "./archive.ts";
import { limitOf } from "./limits.ts";
import { CODE_PATH, readPackage } from "./read.ts";
import { PackageRefused } from "./refused.ts";

/**
 * Packs a plugin's folder: the same files give the same bytes, whatever their dates, owners and order. The module has
 * to be built before. Of the folder only `channel.json`, the module, `sample.json`, `README.md`, `icon.svg` and
 * `vectors/*.json` come in.
 *
 * @throws {PackageRefused} where the archive would be refused by {@link readPackage}, or a file is missing
 */
export async function packPlugin(folder: string): Promise<Uint8Array> {
  const manifest = await readManifest(folder);
  const files = new Map<string, Uint8Array>();
  files.set("channel.json", encode({ ...manifest, entry: CODE_PATH }));
  files.set(CODE_PATH, await readRequired(folder, String(manifest.entry)));
  for (const path of await listOthers(folder)) files.set(path, await readFile(join(folder, path)));
  return packFiles(files);
}

/** Packs files that are at hand; see {@link packPlugin}. */
export async function packFiles(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const archive = writeArchive(files);
  await readPackage(archive);
  return archive;
}

async function readManifest(folder: string): Promise<PluginManifest> {
  const text = (await readRequired(folder, "channel.json")).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PackageRefused([`channel.json is no JSON: ${error instanceof Error ? error.message : error}`]);
  }
}

async function readRequired(folder: string, path: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, path));
  } catch {
    throw new PackageRefused([`${path} cannot be read`]);
  }
}

async function listOthers(folder: string): Promise<string[]> {
  const entries = await readdir(folder);
  const vectors = await readdir(join(folder, "vectors")).catch(() => []);
  const paths = [...entries, ...vectors.map((name) => `vectors/${name}`)];
  return paths.filter((path) => limitOf(path) && path !== "channel.json" && path !== CODE_PATH);
}

const encode = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
