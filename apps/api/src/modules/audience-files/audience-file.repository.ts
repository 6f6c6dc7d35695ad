import { schema } from "@tidings/db";
import { and, asc, desc, eq, gt, lt } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { toUuid } from "../../platform/ids.ts";

const { audienceFiles, audienceFileRows } = schema;

export type AudienceFileRow = typeof audienceFiles.$inferSelect;
export type SampleRow = Pick<typeof audienceFileRows.$inferSelect, "line" | "recipient" | "variables">;

/** A file that a message may go to. */
export type UsableFile = Pick<
  AudienceFileRow,
  "id" | "name" | "recipients" | "channelKind" | "columns" | "rowCount" | "sourceId"
>;

const thisFile = (tenantId: string, fileId: string) =>
  and(eq(audienceFiles.tenantId, tenantId), eq(audienceFiles.id, fileId));

/** Neither deleted nor past its time; null as source: whoever uploaded it. */
const isUsable = (tenantId: string, sourceId: string | null, now: Date) =>
  and(
    eq(audienceFiles.tenantId, tenantId),
    eq(audienceFiles.state, "ready"),
    gt(audienceFiles.expiresAt, now),
    sourceId === null ? undefined : eq(audienceFiles.sourceId, sourceId),
  );

export async function insertFile(tx: Tx, row: typeof audienceFiles.$inferInsert): Promise<void> {
  await tx.db.insert(audienceFiles).values(row);
}

export async function updateFile(
  tx: Tx,
  tenantId: string,
  fileId: string,
  changes: Partial<AudienceFileRow>,
): Promise<void> {
  await tx.db.update(audienceFiles).set(changes).where(thisFile(tenantId, fileId));
}

export async function findUsableFile(
  tx: Tx,
  tenantId: string,
  sourceId: string | null,
  fileId: string,
  now: Date,
): Promise<AudienceFileRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(audienceFiles)
    .where(and(isUsable(tenantId, sourceId, now), eq(audienceFiles.id, fileId)));
  return row;
}

/** Files, newest first. */
export async function listUsableFiles(
  tx: Tx,
  tenantId: string,
  sourceId: string | null,
  now: Date,
  page: PageRequest,
): Promise<AudienceFileRow[]> {
  const cursor = readCursor(page, "audienceFile");
  return tx.db
    .select()
    .from(audienceFiles)
    .where(and(isUsable(tenantId, sourceId, now), cursor ? lt(audienceFiles.id, cursor) : undefined))
    .orderBy(desc(audienceFiles.id))
    .limit(page.limit + 1);
}

/** The first rows of a file. */
export async function listSampleRows(
  tx: Tx,
  tenantId: string,
  fileId: string,
  limit: number,
): Promise<SampleRow[]> {
  const { line, recipient, variables } = audienceFileRows;
  return tx.db
    .select({ line, recipient, variables })
    .from(audienceFileRows)
    .where(and(eq(audienceFileRows.tenantId, tenantId), eq(audienceFileRows.fileId, fileId)))
    .orderBy(asc(line))
    .limit(limit);
}

/** Rows to be stored, a column each; `variables` is JSON. */
export interface StagedRows {
  lines: number[];
  recipients: string[];
  variables: (string | null)[];
}

export async function insertRows(
  { sql }: Tx,
  tenantId: string,
  fileId: string,
  { lines, recipients, variables }: StagedRows,
): Promise<void> {
  await sql`
    insert into audience_file_rows (tenant_id, file_id, line, recipient, variables)
    select ${toUuid("tenant", tenantId)}, ${toUuid("audienceFile", fileId)}, r.line, r.recipient, r.variables::jsonb
    from unnest(${lines}::int[], ${recipients}::text[], ${variables}::text[]) as r(line, recipient, variables)`;
}

/**
 * Leaves of each recipient the first row; returns how many rows it took away. Addresses are compared as elsewhere, however
 * they are typed. Only recipients of one share are looked at: a million rows at once would take longer than a statement
 * may.
 */
export async function removeDuplicates(
  { sql }: Tx,
  tenantId: string,
  fileId: string,
  recipients: AudienceFileRow["recipients"],
  share: { index: number; of: number },
): Promise<number> {
  const key = recipients === "addresses" ? sql`address_key(recipient)` : sql`recipient`;
  const isOfShare = sql`
    tenant_id = ${toUuid("tenant", tenantId)} and file_id = ${toUuid("audienceFile", fileId)}
    and abs(hashtext(${key})::bigint) % ${share.of} = ${share.index}`;
  const removed = await sql`
    with repeated as materialized (
      select ${key} as key, min(line) as first from audience_file_rows
      where ${isOfShare} group by 1 having count(*) > 1
    )
    delete from audience_file_rows using repeated
    where ${isOfShare} and ${key} = repeated.key and line > repeated.first`;
  return removed.count;
}

/** Takes some rows of a file away; false when none was left. */
export async function deleteRows(
  { sql }: Tx,
  tenantId: string,
  fileId: string,
  limit: number,
): Promise<boolean> {
  const [tenant, file] = [toUuid("tenant", tenantId), toUuid("audienceFile", fileId)];
  const deleted = await sql`
    delete from audience_file_rows where tenant_id = ${tenant} and file_id = ${file} and line <= (
      select max(line) from (
        select line from audience_file_rows where tenant_id = ${tenant} and file_id = ${file}
        order by line limit ${limit}
      ) first_rows)`;
  return deleted.count > 0;
}
