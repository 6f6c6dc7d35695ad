import { open } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../faults/index.ts";
import { PackageRefused } from "../package/refused.ts";

/**
 * Gets a file of a registry by its path from the root.
 *
 * @throws {PackageRefused} for a file that is not there or has more than `limitBytes`
 */
export type RegistrySource = (path: string, limitBytes: number) => Promise<Uint8Array>;

/** A registry in a folder: a clone, a copy on a stick, the one that ships with an installation. */
export function folderSource(folder: string): RegistrySource {
  return async (path, limitBytes) => {
    const file = await open(join(folder, path)).catch(() => undefined);
    if (!file) throw new PackageRefused([fault("registry_file_missing", { path })]);
    try {
      const { size } = await file.stat();
      if (size > limitBytes) throw new PackageRefused([tooLarge(path, limitBytes)]);
      return await file.readFile();
    } finally {
      await file.close();
    }
  };
}

/**
 * A registry behind a web server. It follows no redirect, and gives up on an answer after 30 seconds.
 *
 * @param request what to call instead of `fetch`, such as a client that guards the addresses it dials
 */
export function httpSource(baseUrl: string, request: typeof fetch = fetch): RegistrySource {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  return async (path, limitBytes) => {
    const response = await request(new URL(path, base), {
      redirect: "error",
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      throw new PackageRefused([
        fault("registry_unreachable", {
          path,
          error: error instanceof Error ? error.message : String(error),
        }),
      ]);
    });
    if (!response.ok)
      throw new PackageRefused([fault("registry_refuses", { path, status: response.status })]);
    return readBody(response, path, limitBytes);
  };
}

async function readBody(response: Response, path: string, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > limitBytes) throw new PackageRefused([tooLarge(path, limitBytes)]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (path: string, limitBytes: number): Fault =>
  fault("registry_file_too_large", { path, limit: limitBytes });
