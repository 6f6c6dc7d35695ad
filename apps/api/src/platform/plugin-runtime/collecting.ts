import type { CollectOutput } from "@tidings/sdk/plugin";
import type { ChannelHandle, Visit } from "./channel.ts";
import { MISSING_PLUGIN, NO_SECRETS } from "./execution/obstacles.ts";
import type { FollowUpsDeps } from "./follow-ups.ts";

/** Fetches what vendors report without being asked. */
export interface Collecting {
  /** Hands what has come in to `keep`, bit by bit. Throws only what `keep` throws. */
  collect(channel: ChannelHandle, visit: Visit): Promise<CollectOutput>;
}

const nothing = (failure: { code: string; detail: string }): CollectOutput => ({ hasMore: false, failure });

export function createCollecting(deps: Pick<FollowUpsDeps, "find" | "prepare" | "native">): Collecting {
  return {
    async collect(channel, visit) {
      const found = deps.find(channel);
      if (found?.module.level !== "native") return nothing(MISSING_PLUGIN);
      const sender = await deps.prepare(channel, found.manifest);
      return sender ? deps.native.collect(sender, found.module.functions, visit) : nothing(NO_SECRETS);
    },
  };
}
