import { createHash } from "node:crypto";
import { readArchive } from "./archive.ts";
import { checkFiles, type PackageContent } from "./content.ts";

/** An archive that is in order. */
export interface PluginPackage extends PackageContent {
  /** Of the archive, hexadecimal: the package's name. */
  sha256: string;
}

/**
 * Reads an archive. Nothing of it is run, and nothing touches the disk.
 *
 * @throws {PackageRefused} for anything out of order: more than 512 KiB or 30 files, links, folders, unknown or doubled
 * names, text that is no UTF-8, a manifest that is not valid or not of level `pure`
 * @example
 * const { manifest, sha256 } = await readPackage(await readFile("sms-acme-1.0.0.tgz"));
 */
export async function readPackage(archive: Uint8Array): Promise<PluginPackage> {
  const content = checkFiles(await readArchive(archive));
  return { sha256: createHash("sha256").update(archive).digest("hex"), ...content };
}
