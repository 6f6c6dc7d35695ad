import type { RequestContext } from "../../../platform/context.ts";
import { createJudgeApproval, type JudgeApprovalDeps } from "./judge-approval.ts";
import { findStored, type StoredMessage } from "./stored-message.repository.ts";

/** A message that needs approval by now: it was let go because it would cost less. */
export type JudgeAgain = (ctx: RequestContext, messageId: string) => Promise<StoredMessage | undefined>;

/** Judges a message that was scheduled and needed no approval, by what it may cost now that it begins. */
export function createJudgeAgain(deps: JudgeApprovalDeps): JudgeAgain {
  const judgeApproval = createJudgeApproval(deps);
  return async function judgeAgain(ctx, messageId) {
    const stored = await deps.read(ctx, (tx) => findStored(tx, ctx.tenantId, messageId));
    return stored && (await judgeApproval(ctx, stored)) ? stored : undefined;
  };
}
