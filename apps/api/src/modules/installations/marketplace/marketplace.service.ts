import type { Grants } from "@tidings/sdk/package";
import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type Page, type PageRequest, readCursor, toPage } from "../../../platform/http/index.ts";
import type { LoadedPlugin } from "../../../platform/plugin-runtime/index.ts";
import { findListings, type MarketplaceListing } from "../../marketplace/index.ts";
import { listInstallations } from "../installation.repository.ts";
import { listVersions, NO_SANDBOX, type OpenedPackage, openPackage } from "../offers.ts";
import { type BrowseFilter, browse, latestOfEach } from "./browse.rules.ts";
import { type ListingFacts, readListingFacts } from "./listing.repository.ts";

/** Why a version cannot be installed; it has one reason more here than at the desk. */
export interface InstallObstacle {
  code: string;
  detail: string;
  reason?: string;
  until?: Date;
}

/** A plugin as the marketplace shows it to a tenant. */
export interface OfferedPlugin extends Omit<MarketplaceListing, "obstacles"> {
  obstacles: InstallObstacle[];
  installedVersion: string | null;
}

export interface OfferedPluginDetail extends OfferedPlugin {
  plugin: LoadedPlugin;
  grants: Grants;
  readme: string | null;
  facts: ListingFacts | undefined;
  /** All listed versions, the latest first. */
  versions: MarketplaceListing[];
}

export interface MarketplaceServiceDeps {
  transact: Transact;
  shipped: { find(pluginId: string): object | undefined };
  hasSandbox: boolean;
}

/** Plugins that are looked through at most; sorting and most filters need them all. */
const MAX_PLUGINS = 500;

export function createMarketplaceService(deps: MarketplaceServiceDeps) {
  function offer(listing: MarketplaceListing, installed: ReadonlyMap<string, string>): OfferedPlugin {
    return {
      ...listing,
      obstacles: [...listing.obstacles, ...obstaclesHere(deps, listing.pluginId)],
      installedVersion: installed.get(listing.pluginId) ?? null,
    };
  }

  return {
    async listMarketplacePlugins(
      ctx: RequestContext,
      { query, limit, cursor, ...filter }: BrowseFilter & PageRequest & { query?: string | undefined },
    ): Promise<Page<OfferedPlugin>> {
      authorize(ctx, "read", "Plugin");
      const after = readCursor({ limit, cursor }, "name");
      return deps.transact(ctx, async (tx) => {
        const found = browse(
          latestOfEach(await findListings(tx, ctx, { query, limit: MAX_PLUGINS })),
          filter,
        );
        const start = after === undefined ? 0 : found.findIndex(({ pluginId }) => pluginId === after) + 1;
        const installed = await installedVersions(tx, ctx);
        return toPage(
          found.slice(start, start + limit + 1),
          { limit, cursor },
          ({ pluginId }) => pluginId,
          (listing) => offer(listing, installed),
        );
      });
    },

    /** The latest version, or the one that is asked for. What it may do is read from its package. */
    async getMarketplacePlugin(
      ctx: RequestContext,
      pluginId: string,
      version?: string,
    ): Promise<OfferedPluginDetail> {
      authorize(ctx, "read", "Plugin");
      return deps.transact(ctx, async (tx) => {
        const versions = await listVersions(tx, ctx, pluginId);
        const [latest] = latestOfEach(versions);
        const chosen = version === undefined ? latest : versions.find((one) => one.version === version);
        if (!chosen) throw noSuch("listed plugin", version ? `${pluginId} ${version}` : pluginId);
        const { plugin, grants, files } = await openPackage(tx, chosen.sha256);
        const facts = await readListingFacts(tx, chosen.registry.id, pluginId);
        return {
          ...offer(chosen, await installedVersions(tx, ctx)),
          plugin,
          grants,
          readme: readText(files, "README.md"),
          facts: facts.get(chosen.version),
          versions,
        };
      });
    },
  };
}

export type MarketplaceService = ReturnType<typeof createMarketplaceService>;

async function installedVersions(tx: Tx, ctx: RequestContext): Promise<Map<string, string>> {
  const rows = await listInstallations(tx, ctx.tenantId);
  return new Map(rows.map(({ pluginId, version }) => [pluginId, version]));
}

/** What keeps a plugin from being installed here, whatever version it is. */
function obstaclesHere(
  { shipped, hasSandbox }: Pick<MarketplaceServiceDeps, "shipped" | "hasSandbox">,
  pluginId: string,
): InstallObstacle[] {
  return [
    ...(shipped.find(pluginId)
      ? [{ code: "shipped", detail: "It ships with this installation; every tenant has it." }]
      : []),
    ...(hasSandbox ? [] : [NO_SANDBOX]),
  ];
}

function readText(files: OpenedPackage["files"], path: string): string | null {
  const bytes = files.get(path);
  return bytes ? Buffer.from(bytes).toString("utf8") : null;
}
