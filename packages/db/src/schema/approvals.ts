import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import {
  approvalFlowId,
  approvalRequestId,
  bytes,
  createdAt,
  memberId,
  moment,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { members, tenants } from "./tenancy.ts";

/** What makes a message need approval. Today: the sources it comes from. */
export interface ApprovalConditions {
  sourceIds: string[];
  /** Whether messages that members compose in the console need approval too. */
  composed: boolean;
  /** Of these, only what may cost so much, in ten-thousandths of the currency; without it, whatever it costs. */
  minimumCost?: { amount: number; currency: string } | undefined;
}

export interface ApprovalLevel {
  name: string;
  /** Members with one of these roles may decide. */
  roleIds: string[];
  /** `any`: one approval is enough. `all`: every member who may decide has to approve. */
  mode: "any" | "all";
}

/** A tenant's approval flow; one per tenant for now. */
export const approvalFlows = pgTable(
  "approval_flows",
  {
    tenantId: tenantId(),
    id: approvalFlowId("id").notNull(),
    name: text("name").notNull(),
    state: text("state").$type<"on" | "off">().notNull(),
    conditions: jsonb("conditions").$type<ApprovalConditions>().notNull(),
    levels: jsonb("levels").$type<ApprovalLevel[]>().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

export const approvalState = pgEnum("approval_state", ["pending", "approved", "rejected", "void"]);

/** One thing that waits for approval. The levels are a copy: a running request keeps the flow it started with. */
export const approvalRequests = pgTable(
  "approval_requests",
  {
    tenantId: tenantId(),
    id: approvalRequestId("id").notNull(),
    flowId: approvalFlowId("flow_id").notNull(),
    subjectKind: text("subject_kind").$type<"message" | "series" | "template_version">().notNull(),
    /** Public id of the message, series or template version. */
    subjectId: text("subject_id").notNull(),
    subjectName: text("subject_name").notNull(),
    /** SHA-256 over what the decision is about; another hash voids the request. */
    contentHash: bytes("content_hash").notNull(),
    levels: jsonb("levels").$type<ApprovalLevel[]>().notNull(),
    /** Index of the level that has to decide next. */
    level: integer("level").notNull().default(0),
    state: approvalState("state").notNull().default("pending"),
    /** The member who wrote it; may not decide. Null when a source asked. */
    requestedBy: memberId("requested_by"),
    requestedByName: text("requested_by_name").notNull(),
    createdAt: createdAt(),
    decidedAt: moment("decided_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      columns: [table.tenantId, table.flowId],
      foreignColumns: [approvalFlows.tenantId, approvalFlows.id],
    }),
    index().on(table.tenantId, table.flowId),
    index().on(table.tenantId, table.subjectId),
    index().on(table.tenantId, table.state, table.id),
  ],
);

export const approvalDecisions = pgTable(
  "approval_decisions",
  {
    tenantId: tenantId(),
    requestId: approvalRequestId("request_id").notNull(),
    level: integer("level").notNull(),
    memberId: memberId("member_id").notNull(),
    decision: text("decision").$type<"approve" | "reject">().notNull(),
    reason: text("reason"),
    at: moment("at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.requestId, table.level, table.memberId] }),
    foreignKey({
      columns: [table.tenantId, table.requestId],
      foreignColumns: [approvalRequests.tenantId, approvalRequests.id],
    }),
    foreignKey({ columns: [table.tenantId, table.memberId], foreignColumns: [members.tenantId, members.id] }),
    index().on(table.tenantId, table.memberId),
  ],
);
