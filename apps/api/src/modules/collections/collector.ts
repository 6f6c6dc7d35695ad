import type { CollectAbility, CollectOutput, ReceiptEvent } from "@tidings/sdk/plugin";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Loop } from "../../platform/loops.ts";
import type { ChannelHandle, PluginCatalogue, PluginRuntime } from "../../platform/plugin-runtime/index.ts";
import {
  type DueChannel,
  endVisit,
  keepCursor,
  listDueChannels,
  takeDueChannel,
} from "./collection.repository.ts";

export interface CollectorDeps {
  dispatch: Database;
  /** Transactions as the worker role. */
  transact: Transact;
  runtime: Pick<PluginRuntime, "collect">;
  catalogue: Pick<PluginCatalogue, "list" | "find">;
  findChannel(tx: Tx, channel: DueChannel): Promise<ChannelHandle | undefined>;
  /** Keeps and applies what was fetched like any other receipt. */
  applyReceipts(
    tx: Tx,
    channel: Pick<ChannelHandle, "tenantId" | "channelId" | "pluginId">,
    events: ReceiptEvent[],
  ): Promise<void>;
  logger: Logger;
}

/** They are visited side by side: most of a visit is waiting for a foreign server. */
const CHANNELS_A_ROUND = 8;
/** When somebody who visits is taken for dead, seconds; longer than any visit may take. */
const LEASE_SECONDS = 900;
/** Where nothing can be fetched, the next visit is so many times later. */
const PATIENCE_FACTOR = 10;
/** Of a plugin that says no more than that it failed. */
const NO_CODE = "not_collected";

/** Fetches what vendors report without being asked, such as returned mail. May run in any number of processes. */
export function createCollector(deps: CollectorDeps): Loop {
  return {
    name: "collector",
    idleMs: 2_000,
    async run() {
      const plugins = deps.catalogue
        .list()
        .flatMap(({ manifest: { id, collect } }) => (collect ? [{ pluginId: id, ...collect.when }] : []));
      if (plugins.length === 0) return false;
      const due = await deps.dispatch.transaction((tx) => listDueChannels(tx, plugins, CHANNELS_A_ROUND));
      const visits = due.map((one) => visit(deps, one));
      const failed = (await Promise.allSettled(visits)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      return due.length === CHANNELS_A_ROUND;
    },
  };
}

async function visit(deps: CollectorDeps, due: DueChannel): Promise<void> {
  const { transact, runtime, catalogue } = deps;
  const { begun, handle } = await transact(due, async (tx) => {
    const begun = await takeDueChannel(tx, due, LEASE_SECONDS);
    return { begun, handle: begun && (await deps.findChannel(tx, due)) };
  });
  const ability = handle && catalogue.find(handle.pluginId)?.manifest.collect;
  if (!begun || !handle || !ability) return;
  const collected = await runtime.collect(handle, {
    cursor: begun.cursor,
    keep: (events, cursor) =>
      transact(due, async (tx) => {
        const isKept = await keepCursor(tx, due, { cursor, revision: begun.revision });
        if (isKept && events.length > 0) await deps.applyReceipts(tx, handle, events);
      }),
  });
  if (collected.failure) report(deps.logger, handle, collected.failure);
  const end = {
    revision: begun.revision,
    pauseSeconds: pauseAfter(collected, ability),
    failure: collected.failure ? { code: NO_CODE, detail: null, ...collected.failure } : null,
  };
  await transact(due, (tx) => endVisit(tx, due, end));
}

function pauseAfter({ hasMore, failure }: CollectOutput, { pollSeconds }: CollectAbility): number {
  if (failure) return pollSeconds * PATIENCE_FACTOR;
  return hasMore ? 0 : pollSeconds;
}

/** Without the vendor's sentence, which may hold people's data. */
function report(
  logger: Logger,
  channel: ChannelHandle,
  { code }: NonNullable<CollectOutput["failure"]>,
): void {
  const { tenantId, channelId, pluginId } = channel;
  logger.warn({ tenantId, channelId, pluginId, code }, "a channel's reports could not be fetched");
}
