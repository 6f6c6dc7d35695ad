import type { OutboundMessage, ReceiptEvent, SentMessage, Settings } from "@tidings/sdk/plugin";

/** A tenant's configured channel, as far as sending through it needs. */
export interface ChannelHandle {
  tenantId: string;
  channelId: string;
  /** Grows whenever settings or secrets change. */
  revision: number;
  pluginId: string;
  settings: Settings;
  /** Decrypts the secrets. The runtime keeps the answer for at most a minute. */
  readSecrets(): Promise<Record<string, string>>;
}

/** Messages for one call of a plugin, at most `limits.batchSize` of the manifest. */
export interface SendBatch {
  /** Identifies the batch; stable when the same batch is sent again. */
  batchRef: string;
  messages: OutboundMessage[];
  /**
   * Milliseconds of `performance.now()`: a request that is not begun by then is not sent. Somebody else may have taken
   * the batch over after that, because this process seemed dead.
   */
  startBy?: number;
}

/** Messages to ask about or to take back, at most `batchSize` of the manifest's `query` or `recall`. */
export interface FollowUp {
  messages: SentMessage[];
}

/** A visit to where a channel's vendor leaves its reports. */
export interface Visit {
  /** How far the last one got; null before the first. */
  cursor: string | null;
  /** Keeps events together with how far this one has got. */
  keep(events: ReceiptEvent[], cursor: string): Promise<void>;
}

/** Names the channel across tenants. */
export const channelKey = (channel: ChannelHandle): string => `${channel.tenantId}/${channel.channelId}`;

/** Names one state of the channel's settings and secrets. */
export const revisionKey = (channel: ChannelHandle): string => `${channelKey(channel)}@${channel.revision}`;
