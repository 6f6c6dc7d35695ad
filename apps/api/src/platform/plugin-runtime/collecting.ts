import type { CollectOutput } from "@tidings/sdk/plugin";
import type { ChannelHandle, Visit } from "./channel.ts";
import { MISSING_PLUGIN } from "./execution/obstacles.ts";
import type { FollowUpsDeps } from "./follow-ups.ts";

/** Fetches what vendors report without being asked. */
export interface Collecting {
  /** Hands what has come in to `keep`, bit by bit. Throws only what `keep` throws. */
  collect(channel: ChannelHandle, visit: Visit): Promise<CollectOutput>;
}

const nothing = (failure: { code: string; detail: string }): CollectOutput => ({ hasMore: false, failure });

export function createCollecting({ prepare, native }: Pick<FollowUpsDeps, "prepare" | "native">): Collecting {
  return {
    async collect(channel, visit) {
      const ready = await prepare(channel);
      if ("obstacle" in ready) return nothing(ready.obstacle);
      const { sender, module } = ready;
      return module.level === "native"
        ? native.collect(sender, module.functions, visit)
        : nothing(MISSING_PLUGIN);
    },
  };
}
