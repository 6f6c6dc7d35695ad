export { pluginRoutes } from "./plugin.routes.ts";
export { createPluginService, type PluginService } from "./plugin.service.ts";
