import type { Database, Transact } from "../../platform/database/index.ts";
import { noSuch, ProblemError } from "../../platform/errors.ts";
import type { Loop } from "../../platform/loops.ts";
import type { TenantPlugins } from "../../platform/plugin-runtime/index.ts";
import { type ChannelVault, findChannel } from "../channels/index.ts";
import { type DueChannel, listDueChannels, takeDueChannel } from "./due-channel.repository.ts";
import type { SyncChannel } from "./sync-channel.ts";

export interface VendorTemplateSyncerDeps {
  dispatch: Database;
  transact: Transact;
  plugins: Pick<TenantPlugins, "idsWhere">;
  vault: Pick<ChannelVault, "toHandle">;
  syncChannel: SyncChannel;
}

/** One after the other: a round may take the time limits of all their requests. */
const CHANNELS_A_ROUND = 5;
/** When somebody who has taken a channel is taken for dead, seconds. */
const LEASE_SECONDS = 900;

/** Reads vendors' lists again, every few hours. May run in any number of processes. */
export function createVendorTemplateSyncer(deps: VendorTemplateSyncerDeps): Loop {
  return {
    name: "vendor-template-syncer",
    idleMs: 60_000,
    async run() {
      const pluginIds = deps.plugins.idsWhere(({ vendorTemplates }) => Boolean(vendorTemplates));
      if (pluginIds.length === 0) return false;
      const due = await deps.dispatch.transaction((tx) => listDueChannels(tx, pluginIds, CHANNELS_A_ROUND));
      for (const channel of due) await syncOne(deps, channel);
      return due.length === CHANNELS_A_ROUND;
    },
  };
}

async function syncOne(deps: VendorTemplateSyncerDeps, due: DueChannel): Promise<void> {
  const { tenantId, channelId } = due;
  const channel = await deps.transact(due, async (tx) =>
    (await takeDueChannel(tx, due, LEASE_SECONDS)) ? findChannel(tx, tenantId, channelId) : undefined,
  );
  if (!channel) return;
  const isThere = async (tx: Parameters<typeof findChannel>[0]) => {
    if (!(await findChannel(tx, tenantId, channelId))) throw noSuch("channel", channelId);
  };
  await deps.syncChannel(deps.vault.toHandle(channel), isThere).catch((error) => {
    // Deleted while the vendor was asked: there is nothing left to keep.
    if (!(error instanceof ProblemError)) throw error;
  });
}
