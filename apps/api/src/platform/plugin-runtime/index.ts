export type { LoadedPlugin, LoadedPlugins, PluginCatalogue, PluginModule } from "./catalogue.ts";
export type { ChannelHandle } from "./channel.ts";
export { type PluginMetrics, REQUEST_OUTCOMES, type RequestOutcome } from "./metrics.ts";
export type { OutboundPolicy } from "./outbound/policy.ts";
export type { PluginRuntime, ReceiptRequest, SendBatch } from "./runtime.ts";
