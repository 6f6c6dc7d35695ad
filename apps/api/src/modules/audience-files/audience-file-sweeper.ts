import type { Database, Transact } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import { giveBackQuota } from "../tenants/index.ts";
import { deleteRows, updateFile } from "./audience-file.repository.ts";
import {
  deleteFile,
  type ExpiredFile,
  findFile,
  isNeeded,
  listExpiredFiles,
} from "./expired-file.repository.ts";

export interface AudienceFileSweeperDeps {
  dispatch: Database;
  transact: Transact;
  now(): Date;
}

const FILES_A_ROUND = 20;
const ROWS_AT_ONCE = 20_000;
const DAY_MS = 86_400_000;

/** Takes away the files whose time is over, but for those that a message or series still needs. */
export function createAudienceFileSweeper(deps: AudienceFileSweeperDeps): Loop {
  return {
    name: "audience-file-sweeper",
    idleMs: 60_000,
    async run() {
      const expired = await deps.dispatch.transaction((tx) => listExpiredFiles(tx, FILES_A_ROUND));
      for (const file of expired) await sweepFile(deps, file);
      return expired.length === FILES_A_ROUND;
    },
  };
}

async function sweepFile(deps: AudienceFileSweeperDeps, { tenantId, fileId }: ExpiredFile): Promise<void> {
  const isKept = await deps.transact({ tenantId }, async (tx) => {
    if (!(await isNeeded(tx, tenantId, fileId))) return false;
    await updateFile(tx, tenantId, fileId, { expiresAt: new Date(deps.now().getTime() + DAY_MS) });
    return true;
  });
  if (isKept) return;
  const deleteSome = () =>
    deps.transact({ tenantId }, (tx) => deleteRows(tx, tenantId, fileId, ROWS_AT_ONCE));
  while (await deleteSome());
  await deps.transact({ tenantId }, async (tx) => {
    const file = await findFile(tx, tenantId, fileId);
    await deleteFile(tx, tenantId, fileId);
    // Whoever deleted it by hand has had the quota back then.
    if (file && file.state !== "deleted") await giveBackQuota(tx, { tenantId }, "audience_files");
  });
}
