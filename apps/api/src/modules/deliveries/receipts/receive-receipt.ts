import type { AllowanceEvent, ReceiptEvent, ReceiptOutput } from "@tidings/sdk/plugin";
import type { Transact } from "../../../platform/database/index.ts";
import { forbidden, notFound, unauthenticated } from "../../../platform/errors.ts";
import { isId } from "../../../platform/ids.ts";
import { NaturalBatcher } from "../../../platform/natural-batcher.ts";
import {
  type ChannelHandle,
  type PluginCatalogues,
  type PluginRuntime,
  PushRefused,
  type ReceiptRequest,
} from "../../../platform/plugin-runtime/index.ts";
import { keepTold } from "../../allowances/index.ts";
import { byChannel } from "../dispatch/claims.rules.ts";
import { applyReceipts } from "./apply-receipts.ts";

export interface ReceiveReceiptDeps {
  transact: Transact;
  /** The channel behind an id and its receipts token; undefined when they do not belong together. */
  findChannel(channelId: string, token: string): Promise<ChannelHandle | undefined>;
  runtime: Pick<PluginRuntime, "parseReceipt">;
  catalogue: PluginCatalogues;
}

const EVENTS_A_TRANSACTION = 2_000;

/** Events of one channel, of one push. */
interface Push {
  channel: ChannelHandle;
  events: ReceiptEvent[];
  /** What recipients have allowed, or taken back. */
  allowances: AllowanceEvent[];
}

/**
 * Takes a vendor's push: read by the plugin, kept, applied, and only then acknowledged. Pushes that come while others are
 * being written are written together.
 */
export function createReceiveReceipt(deps: ReceiveReceiptDeps) {
  const writer = new NaturalBatcher<Push, undefined>({
    flush: (pushes) => keepTogether(deps, pushes),
    weightOf: ({ events, allowances }) => events.length + allowances.length,
    maxWeight: EVENTS_A_TRANSACTION,
  });

  return async function receiveReceipt(
    channelId: string,
    token: string,
    request: ReceiptRequest,
  ): Promise<ReceiptOutput["reply"]> {
    const channel = isId("channel", channelId) ? await deps.findChannel(channelId, token) : undefined;
    if (!channel) throw notFound("There is no such receipts address.");
    const {
      events,
      allowances = [],
      reply,
    } = await deps.runtime.parseReceipt(channel, request).catch(toProblem);
    for (let from = 0; from < events.length; from += EVENTS_A_TRANSACTION) {
      await writer.add({ channel, events: events.slice(from, from + EVENTS_A_TRANSACTION), allowances: [] });
    }
    if (allowances.length > 0) await writer.add({ channel, events: [], allowances });
    return reply;
  };
}

function toProblem(error: unknown): never {
  if (!(error instanceof PushRefused)) throw error;
  throw error.status === 401 ? unauthenticated(error.message) : forbidden(error.message);
}

/** One transaction for each channel; none waits for, or fails with, another. */
async function keepTogether(
  { transact, catalogue }: ReceiveReceiptDeps,
  pushes: readonly Push[],
): Promise<undefined[]> {
  const writes = byChannel(pushes.map((push) => ({ channelId: push.channel.channelId, ...push }))).map(
    ([first, ...others]) => {
      if (!first) return undefined;
      const { channel } = first;
      const events = [first, ...others].flatMap((push) => push.events);
      const allowances = [first, ...others].flatMap((push) => push.allowances);
      return transact(channel, async (tx) => {
        if (events.length > 0) await applyReceipts(tx, catalogue, channel, events);
        await keepTold(tx, channel, allowances);
      });
    },
  );
  const failed = (await Promise.allSettled(writes)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return pushes.map(() => undefined);
}

export type ReceiveReceipt = ReturnType<typeof createReceiveReceipt>;
