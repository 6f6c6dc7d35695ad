import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import type { CostEstimate } from "./cost-estimate.rules.ts";
import { type EstimateDeps, estimateMessage, type ToEstimate } from "./estimate-message.ts";

export interface JudgeApprovalDeps extends EstimateDeps {
  /** Whether it depends on what a message may cost. */
  isApprovalByCost(tx: Tx, ctx: RequestContext): Promise<boolean>;
  isApprovalNeeded(
    tx: Tx,
    ctx: RequestContext,
    sourceId: string | null,
    cost: CostEstimate,
  ): Promise<boolean>;
}

/** Whether a message that may need approval does, in view of what it may cost: worked out only where that decides. */
export type JudgeApproval = (ctx: RequestContext, asked: ToEstimate) => Promise<boolean>;

export function createJudgeApproval(deps: JudgeApprovalDeps): JudgeApproval {
  return async function judgeApproval(ctx, asked) {
    if (!(await deps.read(ctx, (tx) => deps.isApprovalByCost(tx, ctx)))) return true;
    const { cost } = await estimateMessage(deps, ctx, asked);
    return deps.read(ctx, (tx) => deps.isApprovalNeeded(tx, ctx, asked.message.sourceId, cost));
  };
}
