import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import type { DemandedLevel } from "../../approvals/index.ts";
import { type CircuitRow, listCircuits } from "../../channels/index.ts";
import { type AudienceTally, perSecondOf } from "../../deliveries/index.ts";
import { type DailyUse, findDailyUse } from "../../tenants/index.ts";
import type { NewMessage } from "../accept/accept.repository.ts";
import { checkSend, type MessageRequest } from "../accept/accept.rules.ts";
import { toNewMessage } from "../accept/accept-message.ts";
import type { CostEstimate } from "../estimate/cost-estimate.rules.ts";
import { beginOf, type EstimateDeps, estimateMessage } from "../estimate/estimate-message.ts";
import { resolveAudience } from "../request/resolve-audience.ts";
import { assertOneOfEach, referencesOf, type SendPlan, type SendPlanner } from "../request/send-plan.ts";
import { assertOneList } from "../request/sending-options.rules.ts";
import { type ExplainedUser, explainUser } from "./explained-user.rules.ts";
import {
  type ExplainedQuietHours,
  type ExplainedStep,
  explainQuietHours,
  explainSteps,
  explainUnreached,
  type ReasonCount,
  sum,
} from "./explanation.rules.ts";
import { type Timing, timingOf } from "./timing.rules.ts";

export interface ExplainMessage extends MessageRequest {
  /** The tenant's own id of a user whose way is to be told. */
  explainUser?: string | undefined;
}

export interface Explanation {
  recipients: { count: number; reached: number; unreached: number; isExact: boolean };
  steps: ExplainedStep[];
  cost: CostEstimate;
  unreached: ReasonCount[];
  quietHours: ExplainedQuietHours;
  timing: Timing;
  /** The levels that have to approve first; none: it is sent without. */
  approval: DemandedLevel[];
  quota: DailyUse;
  user: ExplainedUser | null;
}

export interface ExplainMessageDeps extends EstimateDeps {
  planSend: SendPlanner;
  findDemandedLevels(
    tx: Tx,
    ctx: RequestContext,
    message: Pick<NewMessage, "sourceId"> & { requestedBy: string | null; cost: CostEstimate },
  ): Promise<DemandedLevel[]>;
}

/**
 * Says what sending would do, and does nothing. The request is checked, planned and made into a row as sending would,
 * and the row's audience is judged as it would be; what sending refuses is refused with the same problem.
 */
export function createExplainMessage(deps: ExplainMessageDeps) {
  return async function explainMessage(
    ctx: RequestContext,
    { explainUser: userId, ...asked }: ExplainMessage,
  ): Promise<Explanation> {
    authorize(ctx, "send", "Message");
    if (userId !== undefined) authorize(ctx, "read", "User");
    assertOneOfEach(asked);
    assertOneList(asked);
    const plan = await deps.planSend(ctx, referencesOf(asked));
    const input = { ...asked, audience: await resolveAudience(deps.read, ctx, asked.audience) };
    checkSend(deps.catalogue.of(ctx.tenantId), plan, input);
    const message = toNewMessage(ctx, plan, input, null);
    const { planned, tally, cost } = await estimateMessage(deps, ctx, { plan, input, message });
    const facts = await deps.read(ctx, (tx) => readFacts(deps, tx, ctx, plan, message, cost));
    const story =
      userId === undefined ? undefined : await deps.explainAudience.tellStory(ctx, planned, userId);
    return {
      ...toExplanation(plan, message, tally, { ...facts, cost }),
      user: userId && story ? explainUser(plan, message.sourceId, userId, story) : null,
    };
  };
}

export type ExplainMessageUseCase = ReturnType<typeof createExplainMessage>;

interface Facts {
  circuits: CircuitRow[];
  approval: DemandedLevel[];
  quota: DailyUse;
}

async function readFacts(
  { findDemandedLevels }: ExplainMessageDeps,
  tx: Tx,
  ctx: RequestContext,
  plan: SendPlan,
  { sourceId, authorId }: NewMessage,
  cost: CostEstimate,
): Promise<Facts> {
  const channelIds = plan.allChannels.map(({ id }) => id);
  return {
    circuits: await listCircuits(tx, ctx.tenantId, channelIds),
    approval: await findDemandedLevels(tx, ctx, { sourceId, requestedBy: authorId, cost }),
    quota: await findDailyUse(tx, ctx),
  };
}

function toExplanation(
  plan: SendPlan,
  message: NewMessage,
  tally: AudienceTally,
  { circuits, approval, quota, cost }: Facts & { cost: CostEstimate },
): Omit<Explanation, "user"> {
  const steps = explainSteps(plan, tally, { circuits, cost });
  const unreached = explainUnreached(tally);
  const count = sum(tally.recipients);
  const first = steps[0]?.channels ?? [];
  const firstCount = first.reduce((total, { valid }) => total + valid, 0);
  return {
    recipients: { count, reached: count - sum(unreached), unreached: sum(unreached), isExact: tally.isExact },
    steps,
    cost,
    unreached,
    quietHours: explainQuietHours(tally),
    timing: timingOf({
      beginsAt: beginOf(message),
      perSecond: message.rate && perSecondOf(message.rate, firstCount),
      expiresAt: message.expiresAt,
      channels: first.map(({ valid, ratePerSecond, deferred }) => ({
        count: valid,
        perSecond: ratePerSecond,
        deferred,
      })),
    }),
    approval,
    quota,
  };
}
