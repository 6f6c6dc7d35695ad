import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { TakeTurn } from "../../platform/turns.ts";
import type { AudienceCount, ExplainAudience, PlannedAudience } from "../deliveries/index.ts";

/** Says how many recipients an audience has now, before anything else of a message is known. */
export function createCountAudience(deps: { explainAudience: ExplainAudience; takeTurn: TakeTurn }) {
  return async function countAudience(
    ctx: RequestContext,
    audience: PlannedAudience["audience"],
  ): Promise<AudienceCount> {
    authorize(ctx, "send", "Message");
    return deps.takeTurn(() => deps.explainAudience.count(ctx, audience));
  };
}

export type CountAudience = ReturnType<typeof createCountAudience>;
