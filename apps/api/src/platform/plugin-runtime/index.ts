export type { AccessToken, NewToken, TokenPlace, TokenStore } from "./auth/access-token/token-store.ts";
export type {
  Isolation,
  LoadedPlugin,
  LoadedPlugins,
  PluginCatalogue,
  PluginCatalogues,
} from "./catalogue.ts";
export type { ChannelHandle } from "./channel.ts";
export { type Obstacle, PLUGIN_BLOCKED } from "./execution/obstacles.ts";
export { InstalledPlugins } from "./installed/installed-plugins.ts";
export { readNamedPackage } from "./installed/named-package.ts";
export type { BlockedCode, InstalledSource, InstalledVersion } from "./installed/source.ts";
export { createTenantPlugins, type TenantPlugins } from "./installed/tenant-plugins.ts";
export { checkPlugin } from "./loader/check-plugin.ts";
export { loadPlugins, type ShippedPlugins } from "./loader/load-plugins.ts";
export type { PluginMetrics } from "./metrics.ts";
export type { OutboundPolicy } from "./outbound/policy.ts";
export {
  createPluginRuntime,
  type PluginRuntime,
  type ReceiptRequest,
  type TrialCounter,
} from "./runtime.ts";
export { createSandbox, type Sandbox, type SandboxCounts } from "./sandbox/index.ts";
