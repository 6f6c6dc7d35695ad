import type { PluginManifest, QueryAnswer, RecallResult } from "@tidings/sdk/plugin";
import type { PluginModule } from "./catalogue.ts";
import type { ChannelHandle, FollowUp } from "./channel.ts";
import { MISSING_PLUGIN, NO_SECRETS } from "./execution/obstacles.ts";
import type { createPureExecutor } from "./execution/pure-plugin.ts";
import type { Sender } from "./execution/request-sender.ts";
import type { createNativeExecutor } from "./native/native-plugin.ts";

export interface FollowUpsDeps {
  find(channel: ChannelHandle): { manifest: PluginManifest; module: PluginModule } | undefined;
  /** Undefined if the secrets cannot be read. */
  prepare(channel: ChannelHandle, manifest: PluginManifest): Promise<Sender | undefined>;
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
  const { find, prepare, pure, native } = deps;
  return {
    async query(channel, asked) {
      const found = find(channel);
      if (!found) return unanswered(asked, MISSING_PLUGIN);
      const sender = await prepare(channel, found.manifest);
      if (!sender) return unanswered(asked, NO_SECRETS);
      const { module } = found;
      return module.level === "pure"
        ? pure.query(sender, module.functions, asked)
        : native.query(sender, module.functions, asked);
    },

    async recall(channel, asked) {
      const found = find(channel);
      if (!found) return unanswered(asked, MISSING_PLUGIN);
      const sender = await prepare(channel, found.manifest);
      if (!sender) return unanswered(asked, NO_SECRETS);
      const { module } = found;
      return module.level === "pure"
        ? pure.recall(sender, module.functions, asked)
        : native.recall(sender, module.functions, asked);
    },
  };
}

const unanswered = ({ messages }: FollowUp, because: typeof NO_SECRETS) =>
  messages.map(({ ref }) => ({ ref, status: "unanswered" as const, ...because }));
