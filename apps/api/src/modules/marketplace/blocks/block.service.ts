import type { RequestContext } from "../../../platform/context.ts";
import type { Database } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type AsOperator, recordInstallationAudit } from "../../operators/index.ts";
import { findPackage } from "../listings/listing.repository.ts";
import { packageUnknown } from "../marketplace.errors.ts";
import { type BlockRow, deleteBlock, findBlock, insertBlock, listBlocks } from "./block.repository.ts";
import { countPackageUse, type PackageUse } from "./package-use.repository.ts";

const MOST_SHOWN = 500;

export interface BlockServiceDeps {
  asOperator: AsOperator;
  dispatch: Pick<Database, "transaction">;
}

/** The kill switch: code that nobody may run, whatever is said of it elsewhere. */
export function createBlockService({ asOperator, dispatch }: BlockServiceDeps) {
  return {
    async listBlocks(ctx: RequestContext): Promise<BlockRow[]> {
      return asOperator(ctx, (tx) => listBlocks(tx, MOST_SHOWN));
    },

    /** What a block of the package would stop. */
    async getPackageUse(ctx: RequestContext, sha256: string): Promise<PackageUse> {
      const found = await asOperator(ctx, (tx) => findPackage(tx, sha256));
      if (!found) throw noSuch("package", sha256);
      return dispatch.transaction((tx) => countPackageUse(tx, sha256));
    },

    /** Every process of the installation stops running the package within a minute. */
    async blockPackage(ctx: RequestContext, sha256: string, reason: string): Promise<BlockRow> {
      return asOperator(ctx, async (tx, operator) => {
        const found = await findPackage(tx, sha256);
        if (!found) throw packageUnknown(`There is no package ${sha256}.`);
        const { pluginId, version } = found;
        const block = await insertBlock(tx, { sha256, pluginId, version, cause: "operator", reason });
        if (!block) return (await findBlock(tx, sha256)) as BlockRow;
        await recordInstallationAudit(tx, operator, {
          action: "plugin.blocked",
          subjectId: sha256,
          subjectName: pluginId,
          after: { version, cause: "operator", reason },
        });
        return block;
      });
    },

    async unblockPackage(ctx: RequestContext, sha256: string): Promise<void> {
      await asOperator(ctx, async (tx, operator) => {
        const block = await deleteBlock(tx, sha256);
        if (!block) throw noSuch("block", sha256);
        const { pluginId, version, cause, reason } = block;
        await recordInstallationAudit(tx, operator, {
          action: "plugin.unblocked",
          subjectId: sha256,
          subjectName: pluginId,
          before: { version, cause, reason },
        });
      });
    },
  };
}

export type BlockService = ReturnType<typeof createBlockService>;
