import type {
  OutboundMessage,
  ReceiptInput,
  ReceiptOutput,
  SendResult,
  Verification,
} from "@tidings/sdk/plugin";
import type { ChannelHandle } from "./channel.ts";

/** Messages for one call of a plugin, at most `limits.batchSize` of the manifest. */
export interface SendBatch {
  /** Identifies the batch; stable when the same batch is sent again. */
  batchRef: string;
  messages: OutboundMessage[];
}

/** A vendor's push, as it came in. */
export type ReceiptRequest = Pick<ReceiptInput, "headers" | "query" | "body">;

/** Runs channel plugins: calls their functions, does their HTTP, and holds them to the contract. */
export interface PluginRuntime {
  /** Sends a batch and answers every ref exactly once. Never throws. */
  send(channel: ChannelHandle, batch: SendBatch): Promise<SendResult[]>;
  /** Proves a channel's settings without sending anything to anybody. Never throws. */
  verify(channel: ChannelHandle): Promise<Verification>;
  /** Reads a vendor's push; a plugin that fails over it answers 400 without events. Never throws. */
  parseReceipt(channel: ChannelHandle, request: ReceiptRequest): Promise<ReceiptOutput>;
  /** Closes connections and native sessions. Call it when nothing is being sent any more. */
  close(): Promise<void>;
}
