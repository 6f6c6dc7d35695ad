import type { ReceiptEvent } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import type { ChannelHandle, PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import { keepAndApply } from "./receipt.repository.ts";
import { suppressByReceipts } from "./suppress-by-receipts.ts";

/**
 * Keeps and applies what a vendor has pushed or was asked for, and suppresses the addresses that it calls dead. What it says
 * again suppresses nothing: somebody may have taken the address off the list since.
 */
export async function applyReceipts(
  tx: Tx,
  catalogue: PluginCatalogues,
  channel: Pick<ChannelHandle, "tenantId" | "channelId" | "pluginId">,
  events: readonly ReceiptEvent[],
): Promise<void> {
  const news = new Set(await keepAndApply(tx, channel.tenantId, channel.channelId, events, "vendor"));
  await suppressByReceipts(
    tx,
    catalogue,
    channel,
    events.filter(({ eventId }) => news.has(eventId)),
  );
}
