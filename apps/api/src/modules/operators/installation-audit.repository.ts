import { schema } from "@tidings/db";
import { and, desc, eq, lt } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import type { AuditRecord } from "../audit/index.ts";
import type { InstallationActor, InstallationContext } from "./installation-context.ts";

const { installationAuditEntries } = schema;

export type InstallationAuditRow = typeof installationAuditEntries.$inferSelect;

/** Adds an entry in the transaction of the act itself: both are there, or neither. Never pass secrets. */
export async function recordInstallationAudit(
  tx: Tx,
  ctx: InstallationContext,
  record: AuditRecord,
): Promise<void> {
  await tx.db.insert(installationAuditEntries).values({
    at: ctx.now(),
    actorKind: ctx.actor.kind,
    actorId: idOf(ctx.actor),
    actorName: ctx.actor.name,
    requestId: ctx.requestId,
    ipAddress: ctx.ipAddress ?? null,
    ...record,
  });
}

function idOf(actor: InstallationActor): string | null {
  if (actor.kind === "system") return null;
  return actor.kind === "member" ? actor.accountId : actor.publisherId;
}

export interface InstallationAuditFilter {
  action?: string | undefined;
  subjectId?: string | undefined;
}

/** Entries, newest first. */
export async function listInstallationAuditEntries(
  tx: Tx,
  filter: InstallationAuditFilter,
  page: PageRequest,
): Promise<InstallationAuditRow[]> {
  const cursor = readCursor(page, "number");
  return tx.db
    .select()
    .from(installationAuditEntries)
    .where(
      and(
        filter.action ? eq(installationAuditEntries.action, filter.action) : undefined,
        filter.subjectId ? eq(installationAuditEntries.subjectId, filter.subjectId) : undefined,
        cursor ? lt(installationAuditEntries.id, BigInt(cursor)) : undefined,
      ),
    )
    .orderBy(desc(installationAuditEntries.id))
    .limit(page.limit + 1);
}
