export type { AccessToken, NewToken, TokenPlace, TokenStore } from "./auth/access-token/token-store.ts";
export { signWebhook } from "./auth/standard-webhooks.ts";
export type {
  Isolation,
  LoadedPlugin,
  LoadedPlugins,
  PluginCatalogue,
  PluginCatalogues,
} from "./catalogue.ts";
export type { ChannelHandle } from "./channel.ts";
export { type Obstacle, PLUGIN_BLOCKED } from "./execution/obstacles.ts";
export { PluginFault } from "./execution/plugin-fault.ts";
export { PluginUnavailable } from "./execution/plugin-unavailable.ts";
export type { PreviewedRequest } from "./execution/request-preview.ts";
export type { TemplateList } from "./execution/template-list.ts";
export { InstalledPlugins } from "./installed/installed-plugins.ts";
export { readNamedPackage } from "./installed/named-package.ts";
export type { BlockedCode, InstalledSource, InstalledVersion } from "./installed/source.ts";
export { createTenantPlugins, type TenantPlugins } from "./installed/tenant-plugins.ts";
export { checkPlugin } from "./loader/check-plugin.ts";
export { loadPlugins, type ShippedPlugins } from "./loader/load-plugins.ts";
export { manifestFault, manifestPlace } from "./loader/manifest-faults.ts";
export { findManifestFaults } from "./loader/manifest-rules.ts";
export type { PluginMetrics } from "./metrics.ts";
export type { Answer } from "./outbound/answer.ts";
export { createGuardedClient, type GuardedClient } from "./outbound/guarded-client.ts";
export { createGuardedFetch, type GuardedFetch } from "./outbound/guarded-fetch.ts";
export type { OutboundPolicy } from "./outbound/policy.ts";
export type { SendingPreview } from "./previews.ts";
export type { ReceiptRequest } from "./pushes/push-reader.ts";
export { PushRefused } from "./pushes/push-refused.ts";
export { createPluginRuntime, type PluginRuntime, type TrialCounter } from "./runtime.ts";
export { createSandbox, type Sandbox, type SandboxCounts } from "./sandbox/index.ts";
