import { fromUuid } from "../../../platform/ids.ts";
import type { ExplainedStory } from "../../deliveries/index.ts";
import type { ChannelRow } from "../request/send-plan.repository.ts";
import type { PlannedStep, SendPlan } from "../request/send-plan.ts";

/** Why an identity is the address of a channel, or is not. */
export type Standing = "chosen" | "narrower_counts" | "other_source" | "other_channel";

export interface ExplainedIdentity {
  address: string;
  scope: "all" | "source" | "channel";
  standing: Standing;
}

export interface ExplainedUser {
  userId: string;
  /** Null: no user has this id. */
  name: string | null;
  isInAudience: boolean;
  /** The first step that can be sent to them. */
  beginsAt: number | null;
  quietHours: ExplainedStory["quietHours"];
  steps: (Pick<PlannedStep, "when" | "afterSeconds"> & {
    step: number;
    channels: (Pick<ChannelRow, "id" | "name" | "kind"> & {
      reason: string | null;
      deferredUntil: Date | null;
      address: string | null;
      origin: ExplainedStory["channels"][number]["origin"];
      identities: ExplainedIdentity[];
    })[];
  })[];
}

/** The way of one user through the steps of a plan. */
export function explainUser(
  plan: SendPlan,
  sourceId: string | null,
  userId: string,
  story: ExplainedStory,
): ExplainedUser {
  const sendable = story.channels.filter(({ reason }) => reason === null).map(({ step }) => step);
  return {
    userId,
    name: story.user?.name ?? null,
    isInAudience: story.isInAudience,
    beginsAt: sendable.length > 0 ? Math.min(...sendable) : null,
    quietHours: story.quietHours,
    steps: plan.steps.map(({ channels, when, afterSeconds }, step) => ({
      step,
      when,
      afterSeconds,
      channels: channels.map(({ id, name, kind }) => {
        const judged = story.channels.find((row) => row.step === step && row.channelId === id);
        return {
          id,
          name,
          kind,
          reason: judged?.reason ?? null,
          deferredUntil: judged?.deferredUntil ?? null,
          address: judged?.address ?? null,
          origin: judged?.origin ?? null,
          identities: story.identities
            .filter((identity) => identity.kind === kind)
            .map((identity) => ({
              address: identity.address,
              scope: identity.scope,
              standing: standingOf(identity, { channelId: id, sourceId, origin: judged?.origin ?? null }),
            })),
        };
      }),
    })),
  };
}

/** An identity of the origin's scope that counts here is the one that was chosen: a scope has one for each kind. */
function standingOf(
  { scope, scopeId }: ExplainedStory["identities"][number],
  judged: {
    channelId: string;
    sourceId: string | null;
    origin: ExplainedStory["channels"][number]["origin"];
  },
): Standing {
  if (scope === "channel" && (!scopeId || fromUuid("channel", scopeId) !== judged.channelId)) {
    return "other_channel";
  }
  if (scope === "source" && (!scopeId || fromUuid("source", scopeId) !== judged.sourceId)) {
    return "other_source";
  }
  return scope === judged.origin ? "chosen" : "narrower_counts";
}
