import type { Tx } from "../../../platform/database/index.ts";
import { type InstallationContext, recordInstallationAudit } from "../../operators/index.ts";
import { deleteBlock, insertBlock, isLabelledMalicious } from "./block.repository.ts";

interface LabelledPackage {
  sha256: string;
  pluginId: string;
  version: string;
}

/**
 * Blocks a package that some listing calls malicious, and ends such a block when none does any more. A block of another
 * cause stays: a label says nothing about it.
 */
export async function followMaliciousLabel(
  tx: Tx,
  ctx: InstallationContext,
  plugin: LabelledPackage,
  reason: string,
): Promise<void> {
  if (await isLabelledMalicious(tx, plugin.sha256)) return blockByLabel(tx, ctx, plugin, reason);
  const ended = await deleteBlock(tx, plugin.sha256, "label");
  if (ended) await record(tx, ctx, "plugin.unblocked", plugin, reason);
}

export async function blockByLabel(
  tx: Tx,
  ctx: InstallationContext,
  plugin: LabelledPackage,
  reason: string,
): Promise<void> {
  const { sha256, pluginId, version } = plugin;
  const block = await insertBlock(tx, { sha256, pluginId, version, cause: "label", reason });
  if (block) await record(tx, ctx, "plugin.blocked", plugin, reason);
}

const record = (
  tx: Tx,
  ctx: InstallationContext,
  action: string,
  { sha256, pluginId, version }: LabelledPackage,
  reason: string,
) =>
  recordInstallationAudit(tx, ctx, {
    action,
    subjectId: sha256,
    subjectName: pluginId,
    after: { version, cause: "label", reason },
  });
