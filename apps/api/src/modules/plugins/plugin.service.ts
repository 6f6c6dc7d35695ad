import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { LoadedPlugin, Obstacle, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import type { InstalledPlugin } from "../installations/index.ts";

/** A plugin that channels can be made of. */
export interface UsablePlugin extends Pick<LoadedPlugin, "manifest"> {
  /** Why its deliveries wait. */
  obstacle: Obstacle | undefined;
  /** Undefined for a plugin that ships with the installation. */
  installed: InstalledPlugin | undefined;
}

export interface PluginServiceDeps {
  catalogue: PluginCatalogues;
  /** What the tenant has installed. */
  listInstalled(ctx: RequestContext): Promise<InstalledPlugin[]>;
}

export function createPluginService(deps: PluginServiceDeps) {
  return {
    /** The plugins that channels can be made of, by id: those that ship, and those that the tenant has installed. */
    async listPlugins(ctx: RequestContext): Promise<UsablePlugin[]> {
      authorize(ctx, "read", "Plugin");
      const catalogue = deps.catalogue.of(ctx.tenantId);
      const shipped = catalogue.list().filter(({ sha256 }) => sha256 === undefined);
      const ids = new Set(shipped.map(({ manifest }) => manifest.id));
      const installed = (await deps.listInstalled(ctx)).filter(({ manifest }) => !ids.has(manifest.id));
      return [
        ...shipped.map(({ manifest }) => ({ manifest, installed: undefined })),
        ...installed.map((one) => ({ manifest: one.manifest, installed: one })),
      ]
        .map((one) => ({ ...one, obstacle: catalogue.obstacleTo(one.manifest.id) }))
        .sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
    },
  };
}

export type PluginService = ReturnType<typeof createPluginService>;
