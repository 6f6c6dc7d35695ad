import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { LoadedPlugin, PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";

export function createPluginService(deps: { catalogue: PluginCatalogues<Pick<PluginCatalogue, "list">> }) {
  return {
    /** The plugins that channels can be made of: those that ship, and those it has installed. */
    async listPlugins(ctx: RequestContext): Promise<LoadedPlugin[]> {
      authorize(ctx, "read", "Plugin");
      return deps.catalogue.of(ctx.tenantId).list();
    },
  };
}

export type PluginService = ReturnType<typeof createPluginService>;
