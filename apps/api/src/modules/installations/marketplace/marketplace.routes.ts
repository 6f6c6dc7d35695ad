import {
  access,
  createRoute,
  createRouter,
  json,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import { PluginParam, pluginIdOf } from "../installation.schemas.ts";
import {
  MarketplacePluginDetail,
  MarketplacePluginPage,
  MarketplaceQuery,
  toMarketplacePlugin,
  toMarketplacePluginDetail,
  VersionQuery,
} from "./marketplace.schemas.ts";
import type { MarketplaceService } from "./marketplace.service.ts";

const tags = ["Plugins"];

const listMarketplacePlugins = createRoute({
  method: "get",
  path: "/v1/marketplace/plugins",
  operationId: "listMarketplacePlugins",
  tags,
  summary: "Browse the plugins that can be installed",
  ...access("read", "Plugin"),
  request: { query: MarketplaceQuery },
  responses: {
    200: json(MarketplacePluginPage, "A page of plugins with their latest versions"),
    ...problems(),
  },
});

const getMarketplacePlugin = createRoute({
  method: "get",
  path: "/v1/marketplace/plugins/{publisher}/{name}",
  operationId: "getMarketplacePlugin",
  tags,
  summary: "See what a plugin is, what it may reach, and whether it can be installed",
  ...access("read", "Plugin"),
  request: { params: PluginParam, query: VersionQuery },
  responses: { 200: json(MarketplacePluginDetail, "The plugin"), ...problems(404, 409) },
});

export function marketplaceRoutes(service: MarketplaceService): Router {
  const router = createRouter();

  router.openapi(listMarketplacePlugins, async (c) => {
    const page = await service.listMarketplacePlugins(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toMarketplacePlugin) }, 200);
  });

  router.openapi(getMarketplacePlugin, async (c) => {
    const pluginId = pluginIdOf(c.req.valid("param"));
    const { version } = c.req.valid("query");
    const plugin = await service.getMarketplacePlugin(c.get("ctx"), pluginId, version);
    return c.json(toMarketplacePluginDetail(plugin), 200);
  });

  return router;
}
