import { writeArchive } from "./archive.ts";
import { readFolder } from "./folder.ts";
import { readPackage } from "./read.ts";

/**
 * Packs a plugin's folder: the same files give the same bytes, whatever their dates, owners and order. The module has
 * to be built before; what comes in says {@link readFolder}.
 *
 * @throws {PackageRefused} where the archive would be refused by {@link readPackage}, or a file is missing
 */
export async function packPlugin(folder: string): Promise<Uint8Array> {
  const { files } = await readFolder(folder);
  return packFiles(files);
}

/** Packs files that are at hand; see {@link packPlugin}. */
export async function packFiles(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const archive = writeArchive(files);
  await readPackage(archive);
  return archive;
}
