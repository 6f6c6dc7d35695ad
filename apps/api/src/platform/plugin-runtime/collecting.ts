import type { CollectOutput, ReceiptEvent } from "@tidings/sdk/plugin";
import type { ChannelHandle } from "./channel.ts";
import { MISSING_PLUGIN, NO_SECRETS } from "./execution/obstacles.ts";
import type { FollowUpsDeps } from "./follow-ups.ts";

/** A visit to where a channel's vendor leaves its reports. */
export interface Visit {
  /** How far the last one got; null before the first. */
  cursor: string | null;
  /** Keeps events together with how far this one has got. */
  keep(events: ReceiptEvent[], cursor: string): Promise<void>;
}

export type Collected = CollectOutput;

/** Fetches what vendors report without being asked. */
export interface Collecting {
  /** Hands what has come in to `keep`, bit by bit. Throws only what `keep` throws. */
  collect(channel: ChannelHandle, visit: Visit): Promise<Collected>;
}

const nothing = (failure: { code: string; detail: string }): Collected => ({ hasMore: false, failure });

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
