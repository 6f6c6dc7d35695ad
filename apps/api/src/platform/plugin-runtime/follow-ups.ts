import type { QueryAnswer, RecallResult } from "@tidings/sdk/plugin";
import type { PluginModule } from "./catalogue.ts";
import type { ChannelHandle, FollowUp } from "./channel.ts";
import type { Obstacle } from "./execution/obstacles.ts";
import type { createPureExecutor } from "./execution/pure-plugin.ts";
import type { Sender } from "./execution/request-sender.ts";
import type { createNativeExecutor } from "./native/native-plugin.ts";

/** What a call of a plugin needs, or why it cannot be made and what that means for messages. */
export type Prepared =
  | { sender: Sender; module: PluginModule; trialSha256: string | undefined }
  | { obstacle: Obstacle; status: "config" | "transient" };

export interface FollowUpsDeps {
  prepare(channel: ChannelHandle): Promise<Prepared>;
  pure: ReturnType<typeof createPureExecutor>;
  native: ReturnType<typeof createNativeExecutor>;
}

/** Comes back to messages that were sent. */
export interface FollowUps {
  /** Asks what the vendor knows of messages, and answers every ref exactly once. Never throws. */
  query(channel: ChannelHandle, asked: FollowUp): Promise<QueryAnswer[]>;
  /** Takes messages back, and answers every ref exactly once. Never throws. */
  recall(channel: ChannelHandle, asked: FollowUp): Promise<RecallResult[]>;
}

/** Where the plugin cannot be called, nothing is known of any message. */
export function createFollowUps(deps: FollowUpsDeps): FollowUps {
  const { prepare, pure, native } = deps;
  return {
    async query(channel, asked) {
      const ready = await prepare(channel);
      if ("obstacle" in ready) return unanswered(asked, ready.obstacle);
      const { sender, module } = ready;
      return module.level === "pure"
        ? pure.query(sender, module.functions, asked)
        : native.query(sender, module.functions, asked);
    },

    async recall(channel, asked) {
      const ready = await prepare(channel);
      if ("obstacle" in ready) return unanswered(asked, ready.obstacle);
      const { sender, module } = ready;
      return module.level === "pure"
        ? pure.recall(sender, module.functions, asked)
        : native.recall(sender, module.functions, asked);
    },
  };
}

const unanswered = ({ messages }: FollowUp, because: Obstacle) =>
  messages.map(({ ref }) => ({ ref, status: "unanswered" as const, ...because }));
