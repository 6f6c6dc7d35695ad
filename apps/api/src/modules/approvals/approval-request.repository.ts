import { schema } from "@tidings/db";
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNull,
  lt,
  ne,
  notExists,
  or,
  type SQL,
  sql,
} from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import type { ApprovalLevel, ApprovalState, Candidate } from "./approval.rules.ts";

const { approvalDecisions, approvalRequests, members, roles } = schema;

export type ApprovalRequestRow = typeof approvalRequests.$inferSelect;
export type DecisionRow = typeof approvalDecisions.$inferSelect & { memberName: string };

/** Levels are at most two and each of their decisions is a member's own. */
const MAX_DECISIONS = 1000;
/** Requests that may wait for all reviewers of one role at the same time; a bound for one transaction. */
const MAX_RECONSIDERED = 1000;

export interface RequestFilter {
  state?: ApprovalState | undefined;
  /** Only those that this member can decide now. */
  decidableBy?: { memberId: string; roleId: string } | undefined;
}

const thisRequest = (tenantId: string, requestId: string) =>
  and(eq(approvalRequests.tenantId, tenantId), eq(approvalRequests.id, requestId));

export async function insertRequest(
  tx: Tx,
  row: typeof approvalRequests.$inferInsert,
): Promise<ApprovalRequestRow> {
  const [saved] = await tx.db.insert(approvalRequests).values(row).returning();
  return saved as ApprovalRequestRow;
}

export async function findRequest(
  tx: Tx,
  tenantId: string,
  requestId: string,
): Promise<ApprovalRequestRow | undefined> {
  const [row] = await tx.db.select().from(approvalRequests).where(thisRequest(tenantId, requestId));
  return row;
}

/** The request, kept from decisions of others until the transaction ends. */
export async function lockRequest(
  tx: Tx,
  tenantId: string,
  requestId: string,
): Promise<ApprovalRequestRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(approvalRequests)
    .where(thisRequest(tenantId, requestId))
    .for("update");
  return row;
}

/**
 * The pending requests whose level everybody with this role has to approve and somebody has approved, oldest first and
 * kept from decisions of others until the transaction ends.
 */
export async function lockRequestsWaitingForAll(
  tx: Tx,
  tenantId: string,
  roleId: string,
): Promise<ApprovalRequestRow[]> {
  const { levels, level } = approvalRequests;
  return tx.db
    .select()
    .from(approvalRequests)
    .where(
      and(
        eq(approvalRequests.tenantId, tenantId),
        eq(approvalRequests.state, "pending"),
        sql`${levels} -> ${level} ->> 'mode' = 'all'`,
        sql`${levels} -> ${level} -> 'roleIds' @> to_jsonb(${roleId}::text)`,
      ),
    )
    .orderBy(asc(approvalRequests.id))
    .limit(MAX_RECONSIDERED)
    .for("update");
}

/** Requests, newest first. */
export async function listRequests(
  tx: Tx,
  tenantId: string,
  filter: RequestFilter,
  page: PageRequest,
): Promise<ApprovalRequestRow[]> {
  const cursor = readCursor(page, "approvalRequest");
  return tx.db
    .select()
    .from(approvalRequests)
    .where(
      and(
        eq(approvalRequests.tenantId, tenantId),
        filter.state ? eq(approvalRequests.state, filter.state) : undefined,
        filter.decidableBy ? isDecidableBy(tx, filter.decidableBy) : undefined,
        cursor ? lt(approvalRequests.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(approvalRequests.id))
    .limit(page.limit + 1);
}

/** `canDecide` of the rules, as a condition. */
function isDecidableBy(tx: Tx, { memberId, roleId }: { memberId: string; roleId: string }): SQL | undefined {
  const { levels, level, requestedBy } = approvalRequests;
  const ownVotes = tx.db
    .select({ level: approvalDecisions.level })
    .from(approvalDecisions)
    .where(
      and(
        eq(approvalDecisions.tenantId, approvalRequests.tenantId),
        eq(approvalDecisions.requestId, approvalRequests.id),
        eq(approvalDecisions.memberId, memberId),
      ),
    );
  return and(
    eq(approvalRequests.state, "pending"),
    sql`${levels} -> ${level} -> 'roleIds' @> to_jsonb(${roleId}::text)`,
    or(isNull(requestedBy), ne(requestedBy, memberId)),
    notExists(ownVotes),
  );
}

/** Changes a request that is still pending. */
export async function updatePendingRequest(
  tx: Tx,
  request: Pick<ApprovalRequestRow, "tenantId" | "id">,
  changes: Partial<Pick<ApprovalRequestRow, "state" | "level" | "decidedAt">>,
): Promise<void> {
  await tx.db
    .update(approvalRequests)
    .set(changes)
    .where(and(thisRequest(request.tenantId, request.id), eq(approvalRequests.state, "pending")));
}

const pendingAbout = (tenantId: string, subjectId: string) =>
  and(
    eq(approvalRequests.tenantId, tenantId),
    eq(approvalRequests.subjectId, subjectId),
    eq(approvalRequests.state, "pending"),
  );

/** Keeps the pending request about a subject from decisions until the transaction ends, if there is one. */
export async function lockPendingRequest(tx: Tx, tenantId: string, subjectId: string): Promise<void> {
  await tx.db
    .select({ id: approvalRequests.id })
    .from(approvalRequests)
    .where(pendingAbout(tenantId, subjectId))
    .for("update");
}

/** Ends the pending request about a subject, if there is one. */
export async function voidPendingRequest(
  tx: Tx,
  tenantId: string,
  subjectId: string,
  decidedAt: Date,
): Promise<ApprovalRequestRow | undefined> {
  const [row] = await tx.db
    .update(approvalRequests)
    .set({ state: "void", decidedAt })
    .where(pendingAbout(tenantId, subjectId))
    .returning();
  return row;
}

export async function insertDecision(tx: Tx, row: typeof approvalDecisions.$inferInsert): Promise<void> {
  await tx.db.insert(approvalDecisions).values(row);
}

/** A request's decisions with the names of who made them, oldest first. */
export async function listDecisions(tx: Tx, tenantId: string, requestId: string): Promise<DecisionRow[]> {
  return tx.db
    .select({ ...getTableColumns(approvalDecisions), memberName: members.name })
    .from(approvalDecisions)
    .innerJoin(
      members,
      and(eq(members.tenantId, approvalDecisions.tenantId), eq(members.id, approvalDecisions.memberId)),
    )
    .where(and(eq(approvalDecisions.tenantId, tenantId), eq(approvalDecisions.requestId, requestId)))
    .orderBy(asc(approvalDecisions.at))
    .limit(MAX_DECISIONS);
}

/** The active members with one of the levels' roles. */
export async function findCandidates(
  tx: Tx,
  tenantId: string,
  levels: readonly ApprovalLevel[],
): Promise<Candidate[]> {
  const roleIds = [...new Set(levels.flatMap((level) => level.roleIds))];
  if (roleIds.length === 0) return [];
  return tx.db
    .select({ memberId: members.id, roleId: members.roleId, permissions: roles.permissions })
    .from(members)
    .innerJoin(roles, and(eq(roles.tenantId, members.tenantId), eq(roles.id, members.roleId)))
    .where(
      and(eq(members.tenantId, tenantId), eq(members.state, "active"), inArray(members.roleId, roleIds)),
    );
}

export async function findRoleId(tx: Tx, tenantId: string, memberId: string): Promise<string | undefined> {
  const [row] = await tx.db
    .select({ roleId: members.roleId })
    .from(members)
    .where(and(eq(members.tenantId, tenantId), eq(members.id, memberId), eq(members.state, "active")));
  return row?.roleId;
}
