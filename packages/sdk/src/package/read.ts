import { createHash } from "node:crypto";
import { fault } from "../faults/index.ts";
import { readArchive } from "./archive.ts";
import { CODE_PATH, checkFiles, type PackageContent } from "./content.ts";
import { PackageRefused } from "./refused.ts";

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

/**
 * The one module of an archive that {@link readPackage} has found in order before, which costs much more.
 *
 * @throws {PackageRefused} for what is no such archive
 */
export async function readCode(archive: Uint8Array): Promise<string> {
  const code = (await readArchive(archive)).get(CODE_PATH);
  if (!code) throw new PackageRefused([fault("file_missing", { path: CODE_PATH })]);
  return Buffer.from(code).toString("utf8");
}
