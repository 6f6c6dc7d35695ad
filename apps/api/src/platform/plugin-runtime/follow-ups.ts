import type { PluginManifest } from "@tidings/sdk/plugin";
import type { PluginModule } from "./catalogue.ts";
import type { ChannelHandle, FollowUp } from "./channel.ts";
import { MISSING_PLUGIN, NO_SECRETS } from "./execution/obstacles.ts";
import type { createPureExecutor } from "./execution/pure-plugin.ts";
import type { Sender } from "./execution/request-sender.ts";
import type { createNativeExecutor } from "./native/native-plugin.ts";
import type { PluginRuntime } from "./runtime.ts";

export interface FollowUpsDeps {
  find(channel: ChannelHandle): { manifest: PluginManifest; module: PluginModule } | undefined;
  /** Undefined if the secrets cannot be read. */
  prepare(channel: ChannelHandle, manifest: PluginManifest): Promise<Sender | undefined>;
  pure: ReturnType<typeof createPureExecutor>;
  native: ReturnType<typeof createNativeExecutor>;
}

/** What comes back to messages that were sent; where the plugin cannot be called, nothing is known of any. */
export function createFollowUps(deps: FollowUpsDeps): Pick<PluginRuntime, "query" | "recall"> {
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
