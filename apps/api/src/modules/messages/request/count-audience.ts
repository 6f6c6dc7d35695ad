import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact } from "../../../platform/database/index.ts";
import type { TakeTurn } from "../../../platform/turns.ts";
import type { AudienceCount, ExplainAudience, PlannedAudience } from "../../deliveries/index.ts";
import { type AudienceRequest, resolveAudience } from "./resolve-audience.ts";

/** Says how many recipients an audience has now, before anything else of a message is known. */
export function createCountAudience(deps: {
  read: Transact;
  explainAudience: ExplainAudience;
  takeTurn: TakeTurn;
}) {
  return async function countAudience(ctx: RequestContext, asked: AudienceRequest): Promise<AudienceCount> {
    authorize(ctx, "send", "Message");
    const audience = await resolveAudience(deps.read, ctx, asked);
    return deps.takeTurn(() => deps.explainAudience.count(ctx, audience as PlannedAudience["audience"]));
  };
}

export type CountAudience = ReturnType<typeof createCountAudience>;
