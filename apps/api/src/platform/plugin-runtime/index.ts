export type { LoadedPlugin, LoadedPlugins, PluginCatalogue, PluginModule } from "./catalogue.ts";
export type { ChannelHandle } from "./channel.ts";
export { loadPlugins } from "./loader/load-plugins.ts";
export { type PluginMetrics, REQUEST_OUTCOMES, type RequestOutcome } from "./metrics.ts";
export type { OutboundPolicy } from "./outbound/policy.ts";
export {
  createPluginRuntime,
  type PluginRuntime,
  type PluginRuntimeDeps,
  type ReceiptRequest,
  type SendBatch,
} from "./runtime.ts";
