import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import { PluginList, toPlugin } from "./plugin.schemas.ts";
import type { PluginService } from "./plugin.service.ts";

const listPlugins = createRoute({
  method: "get",
  path: "/v1/plugins",
  operationId: "listPlugins",
  tags: ["Plugins"],
  summary:
    "List the channel plugins that can be used, with their settings forms, limits and what was installed",
  ...access("read", "Plugin"),
  responses: { 200: json(PluginList, "The plugins, by id"), ...problems() },
});

export function pluginRoutes(service: PluginService): Router {
  const router = createRouter();

  router.openapi(listPlugins, async (c) => {
    const plugins = await service.listPlugins(c.get("ctx"));
    return c.json({ items: plugins.map(toPlugin) }, 200);
  });

  return router;
}
