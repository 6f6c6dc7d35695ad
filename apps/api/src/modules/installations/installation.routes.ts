import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  CheckUpgradeBody,
  InstallPluginBody,
  PluginParam,
  pluginIdOf,
  toUpgradeCheck,
  UpdatePluginBody,
  UpgradeCheck,
  UpgradePluginBody,
} from "./installation.schemas.ts";
import type { InstallationService } from "./installation.service.ts";
import type { UpgradeService } from "./upgrades/upgrade.service.ts";

const tags = ["Plugins"];
const DONE = { description: "Done; the list of plugins shows it" };

const installPlugin = createRoute({
  method: "post",
  path: "/v1/plugins/{publisher}/{name}/install",
  operationId: "installPlugin",
  tags,
  summary: "Install a version from the marketplace, agreeing to what it may do",
  ...access("create", "Plugin"),
  request: { params: PluginParam, body: jsonBody(InstallPluginBody) },
  responses: { 204: DONE, ...problems(400, 404, 409, 413, 415) },
});

const updatePlugin = createRoute({
  method: "patch",
  path: "/v1/plugins/{publisher}/{name}",
  operationId: "updatePlugin",
  tags,
  summary: "Say which upgrades of an installed plugin are tried without asking",
  ...access("update", "Plugin"),
  request: { params: PluginParam, body: jsonBody(UpdatePluginBody) },
  responses: { 204: DONE, ...problems(400, 404, 413, 415) },
});

const checkUpgrade = createRoute({
  method: "post",
  path: "/v1/plugins/{publisher}/{name}/upgrade/check",
  operationId: "checkPluginUpgrade",
  tags,
  summary: "See what an upgrade would change, without doing it",
  ...access("update", "Plugin"),
  request: { params: PluginParam, body: jsonBody(CheckUpgradeBody) },
  responses: { 200: json(UpgradeCheck, "What it would mean"), ...problems(400, 404, 409, 413, 415) },
});

const upgradePlugin = createRoute({
  method: "post",
  path: "/v1/plugins/{publisher}/{name}/upgrade",
  operationId: "upgradePlugin",
  tags,
  summary: "Upgrade an installed plugin, at once or by trying the version with a share of the batches",
  ...access("update", "Plugin"),
  request: { params: PluginParam, body: jsonBody(UpgradePluginBody) },
  responses: { 204: DONE, ...problems(400, 404, 409, 413, 415) },
});

const rollBackPlugin = createRoute({
  method: "post",
  path: "/v1/plugins/{publisher}/{name}/rollback",
  operationId: "rollBackPlugin",
  tags,
  summary: "End the trial of a version, or go back to the version before",
  ...access("update", "Plugin"),
  request: { params: PluginParam },
  responses: { 204: DONE, ...problems(404, 409) },
});

const uninstallPlugin = createRoute({
  method: "delete",
  path: "/v1/plugins/{publisher}/{name}",
  operationId: "uninstallPlugin",
  tags,
  summary: "Uninstall a plugin that nothing uses",
  ...access("delete", "Plugin"),
  request: { params: PluginParam },
  responses: { 204: { description: "Uninstalled" }, ...problems(404, 409) },
});

export function installationRoutes(installations: InstallationService, upgrades: UpgradeService): Router {
  const router = createRouter();

  router.openapi(installPlugin, async (c) => {
    const pluginId = pluginIdOf(c.req.valid("param"));
    await installations.installPlugin(c.get("ctx"), pluginId, c.req.valid("json"));
    return c.body(null, 204);
  });

  router.openapi(updatePlugin, async (c) => {
    const pluginId = pluginIdOf(c.req.valid("param"));
    await installations.updatePlugin(c.get("ctx"), pluginId, c.req.valid("json"));
    return c.body(null, 204);
  });

  router.openapi(checkUpgrade, async (c) => {
    const pluginId = pluginIdOf(c.req.valid("param"));
    const check = await upgrades.checkUpgrade(c.get("ctx"), pluginId, c.req.valid("json").version);
    return c.json(toUpgradeCheck(check), 200);
  });

  router.openapi(upgradePlugin, async (c) => {
    const pluginId = pluginIdOf(c.req.valid("param"));
    await upgrades.upgradePlugin(c.get("ctx"), pluginId, c.req.valid("json"));
    return c.body(null, 204);
  });

  router.openapi(rollBackPlugin, async (c) => {
    await installations.rollBackPlugin(c.get("ctx"), pluginIdOf(c.req.valid("param")));
    return c.body(null, 204);
  });

  router.openapi(uninstallPlugin, async (c) => {
    await installations.uninstallPlugin(c.get("ctx"), pluginIdOf(c.req.valid("param")));
    return c.body(null, 204);
  });

  return router;
}
