import type { VendorTemplate } from "@tidings/sdk/plugin";
import type { Transact, Tx } from "../../platform/database/index.ts";
import type { ChannelHandle, PluginRuntime, TemplateList } from "../../platform/plugin-runtime/index.ts";
import { findSync, replaceTemplates, type SyncRow, saveSync } from "./vendor-template.repository.ts";

export interface SyncChannelDeps {
  transact: Transact;
  runtime: Pick<PluginRuntime, "syncTemplates">;
  now(): Date;
}

const HOUR_MS = 3_600_000;
/** Reviews take hours or days. */
const AGAIN_AFTER_MS = 6 * HOUR_MS;
const AGAIN_AFTER_FAILURE_MS = HOUR_MS;

/** What becomes of the transaction that keeps the outcome; throws where the channel is gone by then. */
export type InTheSameTransaction = (tx: Tx, sync: SyncRow) => Promise<void>;

/**
 * Reads a channel's list at the vendor, outside any transaction, and keeps it. A list that could not be read in full
 * leaves the one that was kept, with the reason beside it.
 */
export function createSyncChannel({ transact, runtime, now }: SyncChannelDeps) {
  return async function syncChannel(handle: ChannelHandle, also: InTheSameTransaction): Promise<SyncRow> {
    const { tenantId, channelId } = handle;
    const list = await runtime.syncTemplates(handle);
    const outcome = outcomeOf(list, now());
    return transact(handle, async (tx) => {
      const kept = list.ok ? undefined : await findSync(tx, tenantId, channelId);
      const sync: SyncRow = { tenantId, channelId, syncedAt: kept?.syncedAt ?? null, ...outcome };
      await also(tx, sync);
      await saveSync(tx, sync);
      if (list.ok) await replaceTemplates(tx, tenantId, channelId, list.templates.map(toRow));
      return sync;
    });
  };
}

/** What of the outcome is written down; when the last list was read is left as it is by one that was not. */
function outcomeOf(list: TemplateList, at: Date) {
  const again = (afterMs: number) => new Date(at.getTime() + afterMs);
  if (list.ok) return { syncedAt: at, nextAt: again(AGAIN_AFTER_MS), code: null, detail: null };
  return { nextAt: again(AGAIN_AFTER_FAILURE_MS), code: list.code, detail: list.detail };
}

export type SyncChannel = ReturnType<typeof createSyncChannel>;

const toRow = ({ kind, code, name, text, state, reason }: VendorTemplate) => ({
  kind,
  code,
  name,
  text: text ?? null,
  state,
  reason: reason ?? null,
});
