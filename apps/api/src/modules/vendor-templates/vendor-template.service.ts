import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import type { PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { type ChannelVault, getChannel } from "../channels/index.ts";
import type { SyncChannel } from "./sync-channel.ts";
import { noVendorTemplates } from "./vendor-template.errors.ts";
import {
  findSync,
  keyOf,
  listVendorTemplates,
  type SyncRow,
  type VendorTemplateFilter,
  type VendorTemplateRow,
} from "./vendor-template.repository.ts";

export interface VendorTemplateServiceDeps {
  transact: Transact;
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find">>;
  vault: Pick<ChannelVault, "toHandle">;
  syncChannel: SyncChannel;
}

/** Undefined: nobody has tried yet. */
export type VendorTemplates = Page<VendorTemplateRow> & { sync: SyncRow | undefined };

export function createVendorTemplateService(deps: VendorTemplateServiceDeps) {
  return {
    /** What is kept; the vendor is not asked. Empty where the plugin lists nothing. */
    async listVendorTemplates(
      ctx: RequestContext,
      channelId: string,
      query: VendorTemplateFilter & PageRequest,
    ): Promise<VendorTemplates> {
      authorize(ctx, "read", "Channel");
      return deps.transact(ctx, async (tx) => {
        await getChannel(tx, ctx, channelId);
        const rows = await listVendorTemplates(tx, ctx.tenantId, channelId, query, query);
        const page = toPage(rows, query, keyOf, (row) => row);
        return { ...page, sync: await findSync(tx, ctx.tenantId, channelId) };
      });
    },

    /** Asks the vendor now. That it cannot be read is an outcome, not an error. */
    async syncVendorTemplates(ctx: RequestContext, channelId: string): Promise<SyncRow> {
      authorize(ctx, "update", "Template");
      const channel = await deps.transact(ctx, (tx) => getChannel(tx, ctx, channelId));
      if (!deps.catalogue.of(ctx.tenantId).find(channel.pluginId)?.manifest.vendorTemplates) {
        throw noVendorTemplates(
          `"${channel.name}" goes by a plugin that lists no signatures or templates of its vendor.`,
        );
      }
      return deps.syncChannel(deps.vault.toHandle(channel), async (tx, { code }) => {
        const { id: subjectId, name: subjectName } = await getChannel(tx, ctx, channelId);
        await recordAudit(tx, ctx, {
          action: "channel.templates_synced",
          subjectId,
          subjectName,
          after: { ok: code === null, code },
        });
      });
    },
  };
}

export type VendorTemplateService = ReturnType<typeof createVendorTemplateService>;
