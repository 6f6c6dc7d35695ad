export type { AccessToken, NewToken, TokenPlace, TokenStore } from "./auth/access-token/token-store.ts";
export type { Isolation, LoadedPlugin, LoadedPlugins, PluginCatalogue } from "./catalogue.ts";
export type { ChannelHandle } from "./channel.ts";
export { loadPlugins } from "./loader/load-plugins.ts";
export type { PluginMetrics } from "./metrics.ts";
export type { OutboundPolicy } from "./outbound/policy.ts";
export { createPluginRuntime, type PluginRuntime, type ReceiptRequest } from "./runtime.ts";
export { createSandbox, type Sandbox, type SandboxCounts } from "./sandbox/index.ts";
