import { PackageRefused } from "@tidings/sdk/package";
import type { RegistrySource } from "@tidings/sdk/registry";
import { marketplaceFault } from "../marketplace-faults.ts";

/** What reading a registry may take in all. */
export interface SourceLimits {
  files: number;
  bytes: number;
  milliseconds: number;
}

/** A source that stops when reading from it has taken too much: a registry is somebody else's machine. */
export function boundedSource(source: RegistrySource, limits: SourceLimits): RegistrySource {
  const endsAt = performance.now() + limits.milliseconds;
  let [files, bytes] = [0, 0];
  return async (path, limitBytes) => {
    files += 1;
    if (files > limits.files)
      throw new PackageRefused([marketplaceFault("registry_files_too_many", { limit: limits.files })]);
    if (performance.now() > endsAt) {
      throw new PackageRefused([
        marketplaceFault("registry_reading_too_long", { seconds: limits.milliseconds / 1_000 }),
      ]);
    }
    const content = await source(path, Math.min(limitBytes, limits.bytes - bytes));
    bytes += content.length;
    return content;
  };
}
