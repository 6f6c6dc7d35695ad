import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { type ApprovalCost, assertDecidable, hexOf, needsApproval, reviewersOf } from "./approval.rules.ts";
import { findFlow, findRoles } from "./approval-flow.repository.ts";
import {
  findCandidates,
  insertRequest,
  lockPendingRequest,
  voidPendingRequest,
} from "./approval-request.repository.ts";

export interface ApprovalSubject {
  kind: "message" | "series" | "template_version";
  /** Public id. */
  id: string;
}

export interface RequestApproval {
  /** The source the subject comes from; null when a member composed it. */
  sourceId: string | null;
  subject: ApprovalSubject & { name: string; contentHash: Uint8Array };
  /** The member who wrote it and may not decide; null when a source asks. */
  requestedBy: string | null;
  requestedByName: string;
}

/**
 * Whether what comes from this source (null: composed by a member) has to be approved, in view of what it may cost where
 * that is given.
 */
export async function isApprovalNeeded(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  sourceId: string | null,
  cost?: ApprovalCost,
): Promise<boolean> {
  const flow = await findFlow(tx, ctx.tenantId);
  return flow !== undefined && needsApproval(flow, { sourceId, cost });
}

/** Whether it depends on what a message may cost. */
export async function isApprovalByCost(tx: Tx, ctx: Pick<RequestContext, "tenantId">): Promise<boolean> {
  const flow = await findFlow(tx, ctx.tenantId);
  return flow?.conditions.minimumCost !== undefined;
}

/** A level that would have to approve. */
export interface DemandedLevel {
  name: string;
  mode: "any" | "all";
  /** Names of the roles that decide there. */
  roles: string[];
  /** Members who may decide there now. */
  reviewerCount: number;
}

/** The levels that would have to approve, in order; none when nothing has to be approved. Refuses what asking would. */
export async function findDemandedLevels(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  input: Pick<RequestApproval, "sourceId" | "requestedBy"> & { cost?: ApprovalCost },
): Promise<DemandedLevel[]> {
  const demand = await findDemand(tx, ctx, input);
  if (!demand) return [];
  const { levels } = demand.flow;
  const roles = await findRoles(
    tx,
    ctx.tenantId,
    levels.flatMap(({ roleIds }) => roleIds),
  );
  return levels.map(({ name, mode, roleIds }, index) => ({
    name,
    mode,
    roles: roles.filter(({ id }) => roleIds.includes(id)).map((role) => role.name),
    reviewerCount: reviewersOf({ levels, requestedBy: input.requestedBy }, index, demand.candidates).length,
  }));
}

async function findDemand(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  input: Pick<RequestApproval, "sourceId" | "requestedBy"> & { cost?: ApprovalCost },
) {
  const flow = await findFlow(tx, ctx.tenantId);
  if (!flow || !needsApproval(flow, input)) return undefined;
  const candidates = await findCandidates(tx, ctx.tenantId, flow.levels);
  assertDecidable({ levels: flow.levels, requestedBy: input.requestedBy }, candidates);
  return { flow, candidates };
}

/**
 * Asks for approval where the tenant's flow demands it; undefined when none is needed. Throws `nobody-can-approve`
 * rather than making a request that could never end.
 */
export async function requestApproval(
  tx: Tx,
  ctx: RequestContext,
  input: RequestApproval,
): Promise<{ id: string } | undefined> {
  const demand = await findDemand(tx, ctx, input);
  if (!demand) return undefined;
  const { flow } = demand;
  const { subject } = input;
  const request = await insertRequest(tx, {
    tenantId: ctx.tenantId,
    id: newId("approvalRequest"),
    flowId: flow.id,
    subjectKind: subject.kind,
    subjectId: subject.id,
    subjectName: subject.name,
    contentHash: subject.contentHash,
    levels: flow.levels,
    requestedBy: input.requestedBy,
    requestedByName: input.requestedByName,
  });
  await recordAudit(tx, ctx, {
    action: "approval_request.created",
    subjectId: request.id,
    subjectName: subject.name,
    after: { subjectId: subject.id, contentHash: hexOf(subject.contentHash), levels: flow.levels },
  });
  return { id: request.id };
}

/**
 * Keeps the pending request about a subject from being decided until the transaction ends, for who may have to void it
 * later. Call it before locking the subject itself, as `voidApproval`.
 */
export const holdApproval = (
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  subjectId: string,
): Promise<void> => lockPendingRequest(tx, ctx.tenantId, subjectId);

/**
 * Ends the pending request about a subject that is changed or withdrawn. Call it before locking the subject itself: a
 * decision locks the request first and the subject afterwards.
 */
export async function voidApproval(tx: Tx, ctx: RequestContext, subject: ApprovalSubject): Promise<void> {
  const request = await voidPendingRequest(tx, ctx.tenantId, subject.id, ctx.now());
  if (!request) return;
  await recordAudit(tx, ctx, {
    action: "approval_request.voided",
    subjectId: request.id,
    subjectName: request.subjectName,
    before: { subjectId: subject.id, level: request.level },
  });
}
