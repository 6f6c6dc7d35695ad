import type { ReceiptEvent } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import type { ChannelHandle, PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import { deadAddressesIn, suppressAddresses } from "../../suppressions/index.ts";
import { listUndelivered } from "./receipt.repository.ts";

/** Suppresses the addresses that these events, which have just been applied, say are dead. Hardly any do. */
export async function suppressByReceipts(
  tx: Tx,
  catalogue: PluginCatalogues,
  channel: Pick<ChannelHandle, "tenantId" | "channelId" | "pluginId">,
  events: readonly Pick<ReceiptEvent, "eventId" | "type" | "code">[],
): Promise<void> {
  const codes = catalogue.of(channel.tenantId).find(channel.pluginId)?.manifest.suppresses ?? {};
  const telling = events.filter(
    ({ type, code }) => type === "undelivered" && code !== undefined && Object.hasOwn(codes, code),
  );
  if (telling.length === 0) return;
  const eventIds = telling.map(({ eventId }) => eventId);
  const news = await listUndelivered(tx, channel.tenantId, channel.channelId, eventIds);
  await suppressAddresses(tx, channel.tenantId, deadAddressesIn(news, codes));
}
