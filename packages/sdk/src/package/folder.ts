import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../faults/index.ts";
import { CODE_PATH, checkFiles, type PackageContent } from "./content.ts";
import { parseJson } from "./json-file.ts";
import { limitOf } from "./limits.ts";
import { PackageRefused } from "./refused.ts";

/**
 * Reads a plugin's folder as {@link readPackage} would read its archive. The module has to be built before. Of the folder
 * only `channel.json`, the module, `sample.json`, `README.md`, `icon.svg` and `vectors/*.json` count.
 *
 * @throws {PackageRefused} for files that are missing or not in order
 */
export async function readFolder(folder: string): Promise<PackageContent> {
  const manifest = await readManifest(folder);
  const files = new Map<string, Uint8Array>();
  files.set("channel.json", encode({ ...manifest, entry: CODE_PATH }));
  files.set(CODE_PATH, await readRequired(folder, String(manifest.entry)));
  for (const path of await listOthers(folder)) files.set(path, await readFile(join(folder, path)));
  return checkFiles(files);
}

async function readManifest(folder: string): Promise<Record<string, unknown>> {
  const text = (await readRequired(folder, "channel.json")).toString("utf8");
  return parseJson("channel.json", text) as Record<string, unknown>;
}

async function readRequired(folder: string, path: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, path));
  } catch {
    throw new PackageRefused([fault("file_unreadable", { path })]);
  }
}

async function listOthers(folder: string): Promise<string[]> {
  const entries = await readdir(folder);
  const vectors = await readdir(join(folder, "vectors")).catch(() => []);
  const paths = [...entries, ...vectors.map((name) => `vectors/${name}`)];
  return paths.filter((path) => limitOf(path) && path !== "channel.json" && path !== CODE_PATH);
}

const encode = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
