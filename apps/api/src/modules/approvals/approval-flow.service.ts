import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { invalidInput } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { type ApprovalConditions, type ApprovalLevel, checkFlow } from "./approval.rules.ts";
import type { ApprovalFlowRow } from "./approval-flow.repository.ts";
import * as repository from "./approval-flow.repository.ts";

export interface SaveApprovalFlow {
  name: string;
  state: "on" | "off";
  conditions: ApprovalConditions;
  levels: ApprovalLevel[];
}

/** What a tenant has that never set up a flow. */
const NO_FLOW: SaveApprovalFlow & { updatedAt: null } = {
  name: "审核流程",
  state: "off",
  conditions: { sourceIds: [], composed: false },
  levels: [],
  updatedAt: null,
};

export type ApprovalFlow = SaveApprovalFlow & { updatedAt: Date | null };

export function createApprovalFlowService(deps: { transact: Transact }) {
  return {
    async getApprovalFlow(ctx: RequestContext): Promise<ApprovalFlow> {
      authorize(ctx, "read", "ApprovalFlow");
      return deps.transact(ctx, async (tx) => (await repository.findFlow(tx, ctx.tenantId)) ?? NO_FLOW);
    },

    /** Requests under way keep the levels they started with. */
    async saveApprovalFlow(ctx: RequestContext, input: SaveApprovalFlow): Promise<ApprovalFlow> {
      authorize(ctx, "update", "ApprovalFlow");
      return deps.transact(ctx, async (tx) => {
        await assertKnown(tx, ctx, input);
        const before = await repository.lockFlow(tx, ctx.tenantId);
        const saved = await save(tx, ctx, before, input);
        await recordAudit(tx, ctx, {
          action: before ? "approval_flow.updated" : "approval_flow.created",
          subjectId: saved.id,
          subjectName: saved.name,
          ...(before ? { before: auditView(before) } : {}),
          after: input,
        });
        return saved;
      });
    },
  };
}

export type ApprovalFlowService = ReturnType<typeof createApprovalFlowService>;

async function assertKnown(tx: Tx, ctx: RequestContext, input: SaveApprovalFlow): Promise<void> {
  const roleIds = new Set(input.levels.flatMap((level) => level.roleIds));
  const roles = await repository.findRoles(tx, ctx.tenantId, [...roleIds]);
  const sourceIds = await repository.findSourceIds(tx, ctx.tenantId, input.conditions.sourceIds);
  const errors = checkFlow(input, roles, sourceIds);
  if (errors[0]) throw invalidInput(errors[0].detail, { errors });
}

function save(
  tx: Tx,
  ctx: RequestContext,
  before: ApprovalFlowRow | undefined,
  input: SaveApprovalFlow,
): Promise<ApprovalFlowRow> {
  const changes = { ...input, updatedAt: ctx.now() };
  if (before) return repository.updateFlow(tx, before, changes);
  return repository.insertFlow(tx, { tenantId: ctx.tenantId, id: newId("approvalFlow"), ...changes });
}

const auditView = ({ name, state, conditions, levels }: SaveApprovalFlow) => ({
  name,
  state,
  conditions,
  levels,
});
