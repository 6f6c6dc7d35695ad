import type { RequestContext } from "../../../platform/context.ts";
import type { Transact } from "../../../platform/database/index.ts";
import type { PluginCatalogues } from "../../../platform/plugin-runtime/index.ts";
import type { TakeTurn } from "../../../platform/turns.ts";
import type {
  AudienceTally,
  ExplainAudience,
  PlannedAudience,
  RecipientMeter,
} from "../../deliveries/index.ts";
import { type NewMessage, rowOf } from "../accept/accept.repository.ts";
import type { SendMessage } from "../accept/accept.rules.ts";
import type { SendPlan } from "../request/send-plan.ts";
import { findPrices } from "./channel-price.repository.ts";
import { type CostEstimate, estimateCost } from "./cost-estimate.rules.ts";
import { metersOf, recipientMeterOf } from "./unit-meters.rules.ts";

export interface EstimateDeps {
  /** Can change nothing. */
  read: Transact;
  takeTurn: TakeTurn;
  catalogue: PluginCatalogues;
  explainAudience: ExplainAudience;
}

/** A request, and what sending would make of it. */
export interface ToEstimate {
  plan: SendPlan;
  input: SendMessage;
  message: NewMessage;
}

/** When its deliveries would be made. */
export const beginOf = ({ scheduledAt, createdAt }: NewMessage): Date => scheduledAt ?? createdAt;

/** Judges the audience of a message that is not stored, as sending would, and says what it would cost. */
export async function estimateMessage(
  deps: EstimateDeps,
  ctx: RequestContext,
  { plan, input, message }: ToEstimate,
): Promise<{ planned: PlannedAudience; tally: AudienceTally; cost: CostEstimate }> {
  const channelIds = plan.allChannels.map(({ id }) => id);
  const prices = await deps.read(ctx, (tx) => findPrices(tx, ctx.tenantId, channelIds));
  const meters = metersOf(deps.catalogue.of(ctx.tenantId), plan, input, prices);
  const planned = plannedAudience(ctx, plan, message, recipientMeterOf(meters));
  const tally = await deps.takeTurn(() => deps.explainAudience.tally(ctx, planned));
  return { planned, tally, cost: estimateCost(plan, tally, meters) };
}

function plannedAudience(
  { tenantId }: RequestContext,
  plan: SendPlan,
  message: NewMessage,
  meter: RecipientMeter | undefined,
): PlannedAudience {
  const rows = plan.steps.map(({ channels }) => ({ ...message, channelIds: channels.map(({ id }) => id) }));
  return {
    audience: message.audience as PlannedAudience["audience"],
    steps: (tx) => rows.map((row) => rowOf(tx, tenantId, row)),
    beginsAt: beginOf(message),
    expiresAt: message.expiresAt,
    quiet: { category: message.category, choice: message.options.quietHours },
    meter,
  };
}
