import { fields, z } from "../../platform/http/index.ts";
import { moneyUpTo, readMoney, toMoney } from "../costs/index.ts";
import { APPROVAL_STATES, hexOf } from "./approval.rules.ts";
import type { ApprovalFlow as Flow, SaveApprovalFlow } from "./approval-flow.service.ts";
import type { ApprovalRequestRow, DecisionRow } from "./approval-request.repository.ts";
import type { ApprovalRequestDetail as RequestDetail } from "./approval-request.service.ts";

const ApprovalLevel = z
  .strictObject({
    name: fields.line(50),
    roleIds: z.array(fields.id("role")).min(1).max(10).openapi({
      description: "Members with one of these roles may decide, if they have not in a level before.",
    }),
    mode: z
      .enum(["any", "all"])
      .openapi({ description: "Whether one approval is enough or everybody who may decide has to approve." }),
  })
  .openapi("ApprovalLevel");

/** The highest cost that may be asked for, in units of its currency. */
const MAX_MINIMUM = 100_000_000;

const ApprovalConditions = z
  .strictObject({
    sourceIds: z
      .array(fields.id("source"))
      .max(100)
      .openapi({ description: "Messages of these sources need approval." }),
    composed: z.boolean().openapi({ description: "Whether messages composed in the console need approval." }),
    minimumCost: moneyUpTo(MAX_MINIMUM).nullable().default(null).openapi({
      description:
        "Of these, only messages whose estimated cost, fallbacks included, is at least this. What costs something in another currency, and whose cost cannot be worked out in time, is asked for as well; so are series, resends and replays. Null: whatever it costs.",
    }),
  })
  .openapi("ApprovalConditions");

export const SaveApprovalFlowBody = z
  .strictObject({
    name: fields.line(80),
    state: fields.switchState,
    conditions: ApprovalConditions,
    levels: z.array(ApprovalLevel).min(1).max(2),
  })
  .openapi("SaveApprovalFlow");

export const ApprovalFlow = z
  .object({
    name: z.string(),
    state: fields.switchState,
    conditions: ApprovalConditions,
    levels: z.array(ApprovalLevel),
    updatedAt: fields.moment.nullable().openapi({ description: "Null while no flow was ever set up." }),
  })
  .openapi("ApprovalFlow");

const decision = z.enum(["approve", "reject"]);
const contentHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "Not a SHA-256 in hex.")
  .openapi({ description: "SHA-256 of what the decision is about." });

export const DecideApprovalBody = z
  .strictObject({ decision, reason: fields.line(500).optional(), contentHash })
  .refine((body) => body.decision === "approve" || body.reason !== undefined, {
    path: ["reason"],
    message: "A rejection needs a reason.",
  })
  .openapi("DecideApproval");

export const ApprovalRequestParam = z.object({ requestId: fields.id("approvalRequest") });

export const ApprovalRequestQuery = fields.pageQuery.extend({
  state: z.enum(APPROVAL_STATES).optional(),
  mine: z.stringbool().default(false).openapi({
    type: "boolean",
    description: "Only the requests that the caller can decide now.",
  }),
});

export const ApprovalRequest = z
  .object({
    id: fields.id("approvalRequest"),
    subject: z.object({
      kind: z.enum(["message", "series", "template_version"]),
      id: z.string(),
      name: z.string(),
    }),
    state: z.enum(APPROVAL_STATES),
    level: z.int().openapi({ description: "Index of the level that decides next, or that decided last." }),
    levels: z.array(ApprovalLevel),
    contentHash,
    requestedBy: z.object({ memberId: fields.id("member").nullable(), name: z.string() }),
    createdAt: fields.moment,
    decidedAt: fields.moment.nullable(),
  })
  .openapi("ApprovalRequest");

export const ApprovalRequestPage = fields.pageOf(ApprovalRequest).openapi("ApprovalRequestPage");

const ApprovalDecision = z
  .object({
    level: z.int(),
    memberId: fields.id("member"),
    memberName: z.string(),
    decision,
    reason: z.string().nullable(),
    at: fields.moment,
  })
  .openapi("ApprovalDecision");

export const ApprovalRequestDetail = ApprovalRequest.extend({
  decisions: z.array(ApprovalDecision),
  canDecide: z.boolean().openapi({ description: "Whether the caller can decide now." }),
}).openapi("ApprovalRequestDetail");

export function toApprovalFlow(flow: Flow): z.infer<typeof ApprovalFlow> {
  return {
    name: flow.name,
    state: flow.state,
    conditions: toConditions(flow.conditions),
    levels: flow.levels,
    updatedAt: flow.updatedAt?.toISOString() ?? null,
  };
}

/** What is asked for, with its amounts read. */
export function readFlow(body: z.infer<typeof SaveApprovalFlowBody>): SaveApprovalFlow {
  const { minimumCost, ...conditions } = body.conditions;
  return {
    ...body,
    conditions: { ...conditions, ...(minimumCost && { minimumCost: readMoney(minimumCost) }) },
  };
}

const toConditions = ({ sourceIds, composed, minimumCost }: Flow["conditions"]) => ({
  sourceIds,
  composed,
  minimumCost: minimumCost ? toMoney(minimumCost) : null,
});

export function toApprovalRequest(row: ApprovalRequestRow): z.infer<typeof ApprovalRequest> {
  return {
    id: row.id,
    subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
    state: row.state,
    level: row.level,
    levels: row.levels,
    contentHash: hexOf(row.contentHash),
    requestedBy: { memberId: row.requestedBy, name: row.requestedByName },
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

export function toApprovalRequestDetail(row: RequestDetail): z.infer<typeof ApprovalRequestDetail> {
  return {
    ...toApprovalRequest(row),
    decisions: row.decisions.map(toDecision),
    canDecide: row.canDecide,
  };
}

const toDecision = (row: DecisionRow): z.infer<typeof ApprovalDecision> => ({
  level: row.level,
  memberId: row.memberId,
  memberName: row.memberName,
  decision: row.decision,
  reason: row.reason,
  at: row.at.toISOString(),
});
