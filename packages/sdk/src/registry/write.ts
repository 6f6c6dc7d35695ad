import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { publicKeyOf } from "../package/keys.ts";
import { type BuiltRegistry, buildRegistry, type PreviousRegistry } from "./build.ts";
import type { RegistryContent } from "./content.ts";
import { readRegistry } from "./read.ts";

/**
 * Lays a registry down in a folder, or brings the one that is there up to date: its log goes on, its sequence rises.
 * Archives come first and the index late, so that whoever reads meanwhile finds what the index names.
 *
 * @param privateKey Ed25519, PEM
 * @param options.formerKeys public keys that the folder may be signed with besides, when the key changes
 * @throws {PackageRefused} for a package that is not in order, and for a folder whose registry is not
 */
export async function writeRegistry(
  folder: string,
  content: RegistryContent,
  privateKey: string,
  { at = new Date(), formerKeys = [] }: { at?: Date; formerKeys?: readonly string[] } = {},
): Promise<BuiltRegistry> {
  const previous = await readPrevious(folder, [publicKeyOf(privateKey), ...formerKeys]);
  const built = await buildRegistry(content, privateKey, {
    previous: previous && { ...previous, formerKeys },
    at,
  });
  for (const [path, bytes] of built.files) await replaceFile(join(folder, path), bytes);
  return built;
}

async function readPrevious(
  folder: string,
  keys: readonly string[],
): Promise<Pick<PreviousRegistry, "sequence" | "log"> | undefined> {
  const log = await readFile(join(folder, "log.jsonl"), "utf8").catch(() => undefined);
  if (log === undefined) return undefined;
  const { sequence } = await readRegistry(folder, { keys });
  return { sequence, log };
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}
