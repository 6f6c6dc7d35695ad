import type { ReceiptAuthentication, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { OpenPlugin } from "../catalogue.ts";
import type { ChannelHandle } from "../channel.ts";
import { logReceiptFault } from "../execution/fault-log.ts";
import { PluginFault } from "../execution/plugin-fault.ts";
import { PluginUnavailable } from "../execution/plugin-unavailable.ts";
import { readReceipt } from "../execution/receipts.ts";
import type { FollowUpsDeps } from "../follow-ups.ts";
import { authenticatePush } from "./authenticate-push.ts";
import { PushRefused } from "./push-refused.ts";

/** A vendor's push, as it came in. */
export type ReceiptRequest = Pick<ReceiptInput, "headers" | "query" | "body">;

export interface PushReader {
  /**
   * Reads a vendor's push; a plugin that fails over it answers 400 without events, one that cannot be run at the moment
   * 503, as does a channel whose secrets are needed and cannot be read. Throws PushRefused for a push that does not prove
   * itself as the plugin's manifest demands, and nothing else.
   */
  parseReceipt(channel: ChannelHandle, request: ReceiptRequest): Promise<ReceiptOutput>;
}

export interface PushReaderDeps {
  open(channel: ChannelHandle): OpenPlugin | undefined;
  prepare: FollowUpsDeps["prepare"];
  clock: Clock;
  logger: Logger;
}

export function createPushReader({ open, prepare, clock, logger }: PushReaderDeps): PushReader {
  /** The push for the plugin to read; undefined if what it has to be checked with cannot be read. */
  async function prove(
    channel: ChannelHandle,
    authentication: ReceiptAuthentication | undefined,
    request: ReceiptRequest,
    now: number,
  ): Promise<ReceiptRequest | undefined> {
    if (!authentication) return request;
    const ready = await prepare(channel);
    if ("obstacle" in ready) return undefined;
    const { settings } = channel;
    const { secrets } = ready.sender.credentials;
    try {
      return authenticatePush(authentication, { settings, secrets }, request, now);
    } catch (error) {
      const { tenantId, channelId, pluginId } = channel;
      if (!(error instanceof PushRefused)) throw error;
      logger.warn({ pluginId, tenantId, channelId, reason: error.message }, "push refused");
      throw error;
    }
  }

  /** What the plugin makes of the push; throws what is in its way. */
  async function read(channel: ChannelHandle, request: ReceiptRequest): Promise<ReceiptOutput> {
    const found = open(channel);
    const module = await found?.module();
    if (!found || module?.level !== "pure" || !module.functions.parseReceipt) return refuse(404);
    const now = clock.now().getTime();
    const push = await prove(channel, found.manifest.receipts.authentication, request, now);
    if (!push) return refuse(503);
    const input = { ...push, settings: channel.settings, now };
    const { droppedCount, allowances, ...receipt } = await readReceipt(module.functions, input);
    if (droppedCount > 0) {
      logReceiptFault(logger, channel, new PluginFault(`${droppedCount} events are malformed`));
    }
    return found.manifest.allowances ? { ...receipt, allowances } : receipt;
  }

  return {
    async parseReceipt(channel, request) {
      try {
        return await read(channel, request);
      } catch (error) {
        if (error instanceof PushRefused) throw error;
        logReceiptFault(logger, channel, error);
        return refuse(error instanceof PluginUnavailable ? 503 : 400);
      }
    },
  };
}

const refuse = (status: number): ReceiptOutput => ({ events: [], reply: { status, body: "" } });
