import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { AudienceFileRow } from "./audience-file.repository.ts";

const { audienceFiles, audienceUses } = schema;

export interface ExpiredFile {
  tenantId: string;
  fileId: string;
}

/** Files whose time has been over for a while. Runs as the dispatcher, across tenants. */
export async function listExpiredFiles({ sql }: Tx, limit: number): Promise<ExpiredFile[]> {
  // Whoever has just found the file in time still gets to say that its message needs it.
  const rows = await sql<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from audience_files where expires_at < now() - interval '1 hour'
    order by expires_at limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    fileId: fromUuid("audienceFile", row.id),
  }));
}

export async function findFile(
  tx: Tx,
  tenantId: string,
  fileId: string,
): Promise<AudienceFileRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(audienceFiles)
    .where(and(eq(audienceFiles.tenantId, tenantId), eq(audienceFiles.id, fileId)));
  return row;
}

/** Whether a message or series still has recipients to take from the file. */
export async function isNeeded({ sql }: Tx, tenantId: string, fileId: string): Promise<boolean> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql`
    select from audience_uses a
    left join messages m on a.holder_kind = 'message' and m.tenant_id = ${tenant} and m.id = a.holder_id
      and m.state in ('pending_approval', 'scheduled', 'expanding', 'paused')
    left join series s on a.holder_kind = 'series' and s.tenant_id = ${tenant} and s.id = a.holder_id
      and s.state in ('pending_approval', 'active')
    where a.tenant_id = ${tenant} and a.subject_id = ${toUuid("audienceFile", fileId)}
      and (m.id is not null or s.id is not null)
    limit 1`;
  return rows.length > 0;
}

/** Takes the file away, and what was known of its use. */
export async function deleteFile(tx: Tx, tenantId: string, fileId: string): Promise<void> {
  const subjectId = toUuid("audienceFile", fileId);
  await tx.db
    .delete(audienceUses)
    .where(and(eq(audienceUses.tenantId, tenantId), eq(audienceUses.subjectId, subjectId)));
  await tx.db
    .delete(audienceFiles)
    .where(and(eq(audienceFiles.tenantId, tenantId), eq(audienceFiles.id, fileId)));
}
