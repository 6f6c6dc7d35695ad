import { schema } from "@tidings/db";
import { and, asc, desc, eq, getTableColumns, lt } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid } from "../../platform/ids.ts";

const { channels, members, occurrences, series, sources, templates } = schema;
const { templateVersions, approvalRequests } = schema;

export type SeriesRow = typeof series.$inferSelect;
export type NewSeries = typeof series.$inferInsert;
export type SeriesState = SeriesRow["state"];
export type OccurrenceRow = typeof occurrences.$inferSelect;

const thisSeries = (tenantId: string, seriesId: string) =>
  and(eq(series.tenantId, tenantId), eq(series.id, seriesId));

/** Stores a series; false when the request's key is taken. */
export async function insertSeries(tx: Tx, row: NewSeries): Promise<boolean> {
  const rows = await tx.db.insert(series).values(row).onConflictDoNothing().returning({ id: series.id });
  return rows.length > 0;
}

/** What an earlier request with this key has made. */
export async function findByRequestKey(
  tx: Tx,
  tenantId: string,
  scope: string,
  key: string,
): Promise<SeriesRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(series)
    .where(and(eq(series.tenantId, tenantId), eq(series.requestScope, scope), eq(series.requestKey, key)));
  return row;
}

/** A series with the names of who made it. */
export type NamedSeries = SeriesRow & {
  source: { id: string; name: string } | null;
  author: { id: string; name: string } | null;
};

const withNames = (tx: Tx) =>
  tx.db
    .select({
      ...getTableColumns(series),
      source: { id: sources.id, name: sources.name },
      author: { id: members.id, name: members.name },
    })
    .from(series)
    .leftJoin(sources, and(eq(sources.tenantId, series.tenantId), eq(sources.id, series.sourceId)))
    .leftJoin(members, and(eq(members.tenantId, series.tenantId), eq(members.id, series.authorId)));

/** Series, newest first. */
export async function listSeries(
  tx: Tx,
  tenantId: string,
  filter: { state?: SeriesState | undefined; sourceId?: string | undefined },
  page: PageRequest,
): Promise<NamedSeries[]> {
  const cursor = readCursor(page, "series");
  return withNames(tx)
    .where(
      and(
        eq(series.tenantId, tenantId),
        filter.state ? eq(series.state, filter.state) : undefined,
        filter.sourceId ? eq(series.sourceId, filter.sourceId) : undefined,
        cursor ? lt(series.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(series.id))
    .limit(page.limit + 1);
}

export async function findSeries(
  tx: Tx,
  tenantId: string,
  seriesId: string,
): Promise<NamedSeries | undefined> {
  const [row] = await withNames(tx).where(thisSeries(tenantId, seriesId));
  return row;
}

/** Locks a series to change its course. */
export async function lockSeries(tx: Tx, tenantId: string, seriesId: string): Promise<SeriesRow | undefined> {
  const [row] = await tx.db.select().from(series).where(thisSeries(tenantId, seriesId)).for("update");
  return row;
}

export async function updateSeries(
  tx: Tx,
  tenantId: string,
  seriesId: string,
  changes: Partial<Pick<SeriesRow, "state" | "nextOn" | "wakeAt" | "endReason">>,
): Promise<void> {
  await tx.db
    .update(series)
    .set({ ...changes, updatedAt: new Date() })
    .where(thisSeries(tenantId, seriesId));
}

/** What became of a series' days so far; at most one row a day of a year. */
export async function listOccurrenceRows(
  tx: Tx,
  tenantId: string,
  seriesId: string,
): Promise<OccurrenceRow[]> {
  return tx.db
    .select()
    .from(occurrences)
    .where(and(eq(occurrences.tenantId, tenantId), eq(occurrences.seriesId, seriesId)))
    .orderBy(asc(occurrences.onDate));
}

/** Says what became of a day: the key lets only one do so. */
export async function insertOccurrence(tx: Tx, row: typeof occurrences.$inferInsert): Promise<void> {
  await tx.db.insert(occurrences).values(row);
}

export interface WakingSeries {
  tenantId: string;
  seriesId: string;
}

/** Series whose next occurrence has come. Runs as the dispatcher, across tenants. */
export async function listWakingSeries({ sql }: Tx, limit: number): Promise<WakingSeries[]> {
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from series where wake_at is not null and wake_at <= now() order by wake_at limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    seriesId: fromUuid("series", row.id),
  }));
}

/** The template version that a series has pinned. */
export async function findPinnedTemplate(tx: Tx, tenantId: string, templateVersionId: string) {
  const [row] = await tx.db
    .select({
      id: templates.id,
      name: templates.name,
      version: templateVersions.number,
      renderings: templateVersions.renderings,
      tracking: templateVersions.tracking,
    })
    .from(templateVersions)
    .innerJoin(
      templates,
      and(eq(templates.tenantId, templateVersions.tenantId), eq(templates.id, templateVersions.templateId)),
    )
    .where(and(eq(templateVersions.tenantId, tenantId), eq(templateVersions.id, templateVersionId)));
  return row;
}

export async function listChannelNames(tx: Tx, tenantId: string) {
  return tx.db
    .select({ id: channels.id, name: channels.name, kind: channels.kind })
    .from(channels)
    .where(eq(channels.tenantId, tenantId))
    .limit(1000);
}

export async function findApprovalRequestId(
  tx: Tx,
  tenantId: string,
  seriesId: string,
): Promise<string | null> {
  const [row] = await tx.db
    .select({ id: approvalRequests.id })
    .from(approvalRequests)
    .where(and(eq(approvalRequests.tenantId, tenantId), eq(approvalRequests.subjectId, seriesId)))
    .orderBy(desc(approvalRequests.id))
    .limit(1);
  return row?.id ?? null;
}
