export { createAccessTokenStore } from "./access-token-store.ts";
export { pluginNotInstalled } from "./channel.errors.ts";
export {
  type ChannelRow,
  type ChannelWithParts,
  findChannel,
  findChannelTenant,
  listNamedChannels,
  type NamedChannel,
} from "./channel.repository.ts";
export { channelRoutes } from "./channel.routes.ts";
export {
  type ChannelService,
  createChannelService,
  getChannel,
  type WakeRetries,
} from "./channel.service.ts";
export { createChannelHealthService } from "./channel-health.service.ts";
export { type ChannelVault, createChannelVault, type HandleSource } from "./channel-vault.ts";
export {
  type ChannelVerificationService,
  createChannelVerificationService,
} from "./channel-verification.service.ts";
export { type CircuitRow, listCircuits } from "./circuit.repository.ts";
export type { Observation } from "./circuit.rules.ts";
export { createCircuitBreaker } from "./circuit-breaker.ts";
export { createHealthReporter } from "./health-reporter.ts";
export {
  listUnfitChannels,
  listUses,
  pauseChannelsOf,
  type UnfitChannel,
  wakeChannelsOf,
} from "./plugin-channels.ts";
export { isReceiptToken } from "./receipts-url.rules.ts";
