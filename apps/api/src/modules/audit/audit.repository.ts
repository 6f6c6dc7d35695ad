import { schema } from "@tidings/db";
import { and, desc, eq, lt } from "drizzle-orm";
import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";

const { auditEntries } = schema;

export type AuditEntryRow = typeof auditEntries.$inferSelect;

export interface AuditRecord {
  /** `entity.verb_past`, for example `channel.created`. */
  action: string;
  subjectId: string;
  /** The name a person knows the subject by. */
  subjectName: string;
  before?: object;
  after?: object;
}

/** Adds an entry in the transaction of the act itself: both are there, or neither. Never pass secrets. */
export async function recordAudit(tx: Tx, ctx: RequestContext, record: AuditRecord): Promise<void> {
  await tx.db.insert(auditEntries).values({
    tenantId: ctx.tenantId,
    at: ctx.now(),
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.kind === "system" ? null : ctx.actor.id,
    actorName: ctx.actor.name,
    requestId: ctx.requestId,
    ipAddress: ctx.ipAddress ?? null,
    ...record,
  });
}

export interface AuditFilter {
  action?: string | undefined;
  subjectId?: string | undefined;
}

/** Entries, newest first. */
export async function listAuditEntries(
  tx: Tx,
  tenantId: string,
  filter: AuditFilter,
  page: PageRequest,
): Promise<AuditEntryRow[]> {
  const cursor = readCursor(page, "number");
  return tx.db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.tenantId, tenantId),
        filter.action ? eq(auditEntries.action, filter.action) : undefined,
        filter.subjectId ? eq(auditEntries.subjectId, filter.subjectId) : undefined,
        cursor ? lt(auditEntries.id, BigInt(cursor)) : undefined,
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(page.limit + 1);
}
