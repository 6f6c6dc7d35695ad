import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { recordAudit } from "../audit/index.ts";
import { reconsider } from "./approval.rules.ts";
import type { ApprovalRequestRow } from "./approval-request.repository.ts";
import * as repository from "./approval-request.repository.ts";
import type { OnDecided } from "./approval-request.service.ts";

/** Somebody can no longer decide in this role: called in the transaction that has taken login or role away. */
export type OnReviewerLeft = (tx: Tx, ctx: RequestContext, roleId: string) => Promise<void>;

/**
 * Moves on the requests that waited for nobody but the reviewer who has left. Each request is locked before its votes
 * are read, so a decision made at the same moment is either seen here or sees that the reviewer is gone.
 */
export function createReconsiderRequests(onDecided: OnDecided): OnReviewerLeft {
  return async function reconsiderRequests(tx, ctx, roleId) {
    const requests = await repository.lockRequestsWaitingForAll(tx, ctx.tenantId, roleId);
    for (const request of requests) await reconsiderOne(tx, ctx, request);
  };

  async function reconsiderOne(tx: Tx, ctx: RequestContext, request: ApprovalRequestRow): Promise<void> {
    const ballots = await repository.listDecisions(tx, ctx.tenantId, request.id);
    const candidates = await repository.findCandidates(tx, ctx.tenantId, request.levels);
    const next = reconsider(request, ballots, candidates);
    if (!next) return;
    const decidedAt = next.state === "pending" ? null : ctx.now();
    await repository.updatePendingRequest(tx, request, { ...next, decidedAt });
    await recordAudit(tx, ctx, {
      action: "approval_request.reconsidered",
      subjectId: request.id,
      subjectName: request.subjectName,
      before: { state: request.state, level: request.level },
      after: { ...next, subjectId: request.subjectId },
    });
    const subject = { kind: request.subjectKind, id: request.subjectId };
    if (next.state === "approved") await onDecided(tx, ctx, subject, "approved");
  }
}
