import type { Database } from "../../../platform/database/index.ts";
import type { InstalledSource } from "../../../platform/plugin-runtime/index.ts";
import { findArchive, insertBlock, listBlockedCode, listInstalledVersions } from "./installed.repository.ts";

/** The database as the place where it is written down who runs what. */
export const createInstalledSource = (databases: {
  dispatch: Database;
  worker: Database;
}): InstalledSource => ({
  read: () =>
    databases.dispatch.transaction(async (tx) => ({
      versions: await listInstalledVersions(tx),
      blocks: await listBlockedCode(tx),
    })),
  readArchive: (sha256) => databases.dispatch.transaction((tx) => findArchive(tx, sha256)),
  block: (code) => databases.worker.transaction((tx) => insertBlock(tx, code)),
});
