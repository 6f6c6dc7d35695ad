import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { forbidden, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { recordAudit } from "../audit/index.ts";
import { type ApprovalState, canDecide, decide } from "./approval.rules.ts";
import type { ApprovalRequestRow, DecisionRow, RequestFilter } from "./approval-request.repository.ts";
import * as repository from "./approval-request.repository.ts";
import type { ApprovalSubject } from "./request-approval.ts";

/** What follows from a decision: whoever asked for approval says so in the transaction of the last vote. */
export type OnDecided = (
  tx: Tx,
  ctx: RequestContext,
  subject: ApprovalSubject,
  outcome: "approved" | "rejected",
  reason?: string,
) => Promise<void>;

export interface DecideApproval {
  decision: "approve" | "reject";
  reason?: string | undefined;
  /** Hex, of the content that the reviewer saw. */
  contentHash: string;
}

export type ApprovalRequestDetail = ApprovalRequestRow & {
  decisions: DecisionRow[];
  /** Whether the actor can decide now. */
  canDecide: boolean;
};

export function createApprovalRequestService(deps: { transact: Transact; onDecided: OnDecided }) {
  return {
    async listApprovalRequests(
      ctx: RequestContext,
      input: { state?: ApprovalState | undefined; mine: boolean } & PageRequest,
    ): Promise<Page<ApprovalRequestRow>> {
      authorize(ctx, "read", "ApprovalRequest");
      const rows = await deps.transact(ctx, async (tx) => {
        const filter: RequestFilter = { state: input.state };
        if (input.mine) {
          filter.decidableBy = await findReviewer(tx, ctx);
          if (!filter.decidableBy) return [];
        }
        return repository.listRequests(tx, ctx.tenantId, filter, input);
      });
      return toPage(
        rows,
        input,
        (row) => row.id,
        (row) => row,
      );
    },

    async getApprovalRequest(ctx: RequestContext, requestId: string): Promise<ApprovalRequestDetail> {
      authorize(ctx, "read", "ApprovalRequest");
      return deps.transact(ctx, async (tx) => {
        const request = await repository.findRequest(tx, ctx.tenantId, requestId);
        if (!request) throw noSuch("approval request", requestId);
        return withDecisions(tx, ctx, request);
      });
    },

    async decideApprovalRequest(
      ctx: RequestContext,
      requestId: string,
      input: DecideApproval,
    ): Promise<ApprovalRequestDetail> {
      authorize(ctx, "approve", "ApprovalRequest");
      const memberId = memberOf(ctx);
      if (!memberId) throw forbidden("Members decide, not sources.");
      return deps.transact(ctx, async (tx) => {
        const request = await repository.lockRequest(tx, ctx.tenantId, requestId);
        if (!request) throw noSuch("approval request", requestId);
        const ballots = await repository.listDecisions(tx, ctx.tenantId, requestId);
        const candidates = await repository.findCandidates(tx, ctx.tenantId, request.levels);
        const next = decide(request, ballots, candidates, { ...input, memberId });
        const after = await saveDecision(tx, ctx, { request, next, memberId, input });
        if (next.state === "approved" || next.state === "rejected") {
          const subject = { kind: request.subjectKind, id: request.subjectId };
          await deps.onDecided(tx, ctx, subject, next.state, input.reason);
        }
        return withDecisions(tx, ctx, after);
      });
    },
  };
}

export type ApprovalRequestService = ReturnType<typeof createApprovalRequestService>;

async function saveDecision(
  tx: Tx,
  ctx: RequestContext,
  act: {
    request: ApprovalRequestRow;
    next: Pick<ApprovalRequestRow, "state" | "level">;
    memberId: string;
    input: DecideApproval;
  },
): Promise<ApprovalRequestRow> {
  const { request, next, memberId, input } = act;
  const { decision, reason, contentHash } = input;
  const at = ctx.now();
  const changes = { ...next, decidedAt: next.state === "pending" ? null : at };
  await repository.insertDecision(tx, {
    tenantId: ctx.tenantId,
    requestId: request.id,
    level: request.level,
    memberId,
    decision,
    reason: reason ?? null,
    at,
  });
  await repository.updatePendingRequest(tx, request, changes);
  await recordAudit(tx, ctx, {
    action: decision === "approve" ? "approval_request.approved" : "approval_request.rejected",
    subjectId: request.id,
    subjectName: request.subjectName,
    before: { state: request.state, level: request.level },
    after: { ...next, subjectId: request.subjectId, contentHash, ...(reason ? { reason } : {}) },
  });
  return { ...request, ...changes };
}

async function withDecisions(
  tx: Tx,
  ctx: RequestContext,
  request: ApprovalRequestRow,
): Promise<ApprovalRequestDetail> {
  const decisions = await repository.listDecisions(tx, ctx.tenantId, request.id);
  const candidates = await repository.findCandidates(tx, ctx.tenantId, request.levels);
  const memberId = memberOf(ctx);
  return {
    ...request,
    decisions,
    canDecide: memberId !== undefined && canDecide(request, decisions, candidates, memberId),
  };
}

/** The actor as somebody who may decide, if it is one. */
async function findReviewer(tx: Tx, ctx: RequestContext): Promise<RequestFilter["decidableBy"]> {
  const memberId = memberOf(ctx);
  if (!memberId || !ctx.ability.can("approve", "ApprovalRequest")) return undefined;
  const roleId = await repository.findRoleId(tx, ctx.tenantId, memberId);
  return roleId ? { memberId, roleId } : undefined;
}

const memberOf = (ctx: RequestContext) => (ctx.actor.kind === "member" ? ctx.actor.id : undefined);
