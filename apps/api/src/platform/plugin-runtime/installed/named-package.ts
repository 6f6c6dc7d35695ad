import { createHash } from "node:crypto";
import { type PluginPackage, readCode, readPackage } from "@tidings/sdk/package";

export const hashOf = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex");

/**
 * Reads an archive that was stored under its hash. It is compared before anything else is done with the bytes: only what
 * was signed and agreed to is taken apart. Rejects if it is something else, or nothing.
 */
export async function readNamedPackage(
  archive: Uint8Array | undefined,
  sha256: string,
): Promise<PluginPackage> {
  return readPackage(asNamed(archive, sha256));
}

/** The code of a package that was read before: what still has the name is in order. Rejects like {@link readNamedPackage}. */
export async function readNamedCode(archive: Uint8Array | undefined, sha256: string): Promise<string> {
  return readCode(asNamed(archive, sha256));
}

function asNamed(archive: Uint8Array | undefined, sha256: string): Uint8Array {
  if (!archive) throw new Error("it is not stored");
  if (hashOf(archive) !== sha256) throw new Error("its content is not what its name says");
  return archive;
}
