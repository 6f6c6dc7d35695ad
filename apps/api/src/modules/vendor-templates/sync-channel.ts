import type { VendorTemplate } from "@tidings/sdk/plugin";
import type { Transact, Tx } from "../../platform/database/index.ts";
import type {
  ChannelHandle,
  PluginCatalogue,
  PluginCatalogues,
  PluginRuntime,
  TemplateList,
} from "../../platform/plugin-runtime/index.ts";
import { listNamedCodes } from "./named-code.repository.ts";
import { namingField } from "./review.rules.ts";
import { findSync, replaceTemplates, type SyncRow, saveSync } from "./vendor-template.repository.ts";

export interface SyncChannelDeps {
  transact: Transact;
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find">>;
  runtime: Pick<PluginRuntime, "syncTemplates">;
  now(): Date;
}

const HOUR_MS = 3_600_000;
/** Reviews take hours or days. */
const AGAIN_AFTER_MS = 6 * HOUR_MS;
const AGAIN_AFTER_FAILURE_MS = HOUR_MS;
/** Each is a call of its own. */
const MAX_NAMED = 200;

/** What becomes of the transaction that keeps the outcome; throws where the channel is gone by then. */
export type InTheSameTransaction = (tx: Tx, sync: SyncRow) => Promise<void>;

/**
 * Reads a channel's list at the vendor, outside any transaction, and keeps it. A list that could not be read in full
 * leaves the one that was kept, with the reason beside it.
 */
export function createSyncChannel({ transact, catalogue, runtime, now }: SyncChannelDeps) {
  /** What there is to ask about where the vendor has no list; nothing where it has one. */
  async function listNamed(handle: ChannelHandle): Promise<string[]> {
    const { tenantId, pluginId } = handle;
    const manifest = catalogue.of(tenantId).find(pluginId)?.manifest;
    const field = manifest?.vendorTemplates === "named" && namingField(manifest.content);
    if (!field) return [];
    return transact(handle, (tx) => listNamedCodes(tx, tenantId, { kind: manifest.kind, field }, MAX_NAMED));
  }

  return async function syncChannel(handle: ChannelHandle, also: InTheSameTransaction): Promise<SyncRow> {
    const { tenantId, channelId } = handle;
    const list = await runtime.syncTemplates(handle, await listNamed(handle));
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
