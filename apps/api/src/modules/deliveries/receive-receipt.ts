import type { ReceiptOutput } from "@tidings/sdk/plugin";
import type { Transact } from "../../platform/database/index.ts";
import { notFound } from "../../platform/errors.ts";
import { isId } from "../../platform/ids.ts";
import type {
  ChannelHandle,
  PluginCatalogue,
  PluginRuntime,
  ReceiptRequest,
} from "../../platform/plugin-runtime/index.ts";
import { applyReceipts } from "./apply-receipts.ts";

export interface ReceiveReceiptDeps {
  transact: Transact;
  /** The channel behind an id and its receipts token; undefined when they do not belong together. */
  findChannel(channelId: string, token: string): Promise<ChannelHandle | undefined>;
  runtime: Pick<PluginRuntime, "parseReceipt">;
  catalogue: PluginCatalogue;
}

const EVENTS_A_TRANSACTION = 2_000;

/** Takes a vendor's push: read by the plugin, kept, applied, and only then acknowledged. */
export function createReceiveReceipt(deps: ReceiveReceiptDeps) {
  return async function receiveReceipt(
    channelId: string,
    token: string,
    request: ReceiptRequest,
  ): Promise<ReceiptOutput["reply"]> {
    const channel = isId("channel", channelId) ? await deps.findChannel(channelId, token) : undefined;
    if (!channel) throw notFound("There is no such receipts address.");
    const { events, reply } = await deps.runtime.parseReceipt(channel, request);
    for (let from = 0; from < events.length; from += EVENTS_A_TRANSACTION) {
      const some = events.slice(from, from + EVENTS_A_TRANSACTION);
      await deps.transact(channel, (tx) => applyReceipts(tx, deps.catalogue, channel, some));
    }
    return reply;
  };
}

export type ReceiveReceipt = ReturnType<typeof createReceiveReceipt>;
