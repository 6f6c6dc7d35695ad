import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { LoadedPlugin, PluginCatalogue } from "../../platform/plugin-runtime/index.ts";

export function createPluginService(deps: { catalogue: Pick<PluginCatalogue, "list"> }) {
  return {
    /** The plugins that channels can be made of: those of the installation, the same for every tenant. */
    async listPlugins(ctx: RequestContext): Promise<LoadedPlugin[]> {
      authorize(ctx, "read", "Plugin");
      return deps.catalogue.list();
    },
  };
}

export type PluginService = ReturnType<typeof createPluginService>;
