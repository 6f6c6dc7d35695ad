import type { Database } from "../../../platform/database/index.ts";
import { findArchive, findRegistryFile } from "./registry-file.repository.ts";

/** A file of the own registry. */
export interface ServedFile {
  content: Uint8Array;
  /** Hexadecimal. */
  sha256: string;
  /** Whether it can never change: an archive. */
  isFinal: boolean;
}

const ARCHIVE = /^([a-z0-9-]{1,40}\/[a-z0-9-]{1,60})\/([0-9A-Za-z.-]{1,64})\.tgz$/;

export function createRegistryFileService({ database }: { database: Pick<Database, "transaction"> }) {
  return {
    /** Whoever asks gets it: other installations, and mirrors. */
    async findFile(path: string): Promise<ServedFile | undefined> {
      const [, pluginId, version] = ARCHIVE.exec(path) ?? [];
      return database.transaction(async (tx) => {
        if (pluginId !== undefined && version !== undefined) {
          const found = await findArchive(tx, pluginId, version);
          return found && { content: found.archive, sha256: found.sha256, isFinal: true };
        }
        const file = await findRegistryFile(tx, path);
        return file && { content: file.content, sha256: file.sha256, isFinal: false };
      });
    },
  };
}

export type RegistryFileService = ReturnType<typeof createRegistryFileService>;
