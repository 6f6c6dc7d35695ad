import { schema } from "@tidings/db";
import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

const { audienceUses, tags, userTags } = schema;

export type TagRow = typeof tags.$inferSelect;
export type CountedTag = TagRow & { userCount: number };

const thisTag = (tenantId: string, tagId: string) => and(eq(tags.tenantId, tenantId), eq(tags.id, tagId));

export async function insertTag(tx: Tx, row: typeof tags.$inferInsert): Promise<TagRow> {
  const [saved] = await tx.db.insert(tags).values(row).returning();
  return saved as TagRow;
}

export async function findTag(tx: Tx, tenantId: string, tagId: string): Promise<CountedTag | undefined> {
  const [row] = await tx.db.select().from(tags).where(thisTag(tenantId, tagId));
  const [found] = await withUserCounts(tx, tenantId, row ? [row] : []);
  return found;
}

/** Tags by name. */
export async function listTags(tx: Tx, tenantId: string, page: PageRequest): Promise<CountedTag[]> {
  const cursor = readCursor(page, "name");
  const rows = await tx.db
    .select()
    .from(tags)
    .where(and(eq(tags.tenantId, tenantId), cursor ? gt(tags.name, cursor) : undefined))
    .orderBy(asc(tags.name))
    .limit(page.limit + 1);
  return withUserCounts(tx, tenantId, rows);
}

async function withUserCounts(tx: Tx, tenantId: string, rows: TagRow[]): Promise<CountedTag[]> {
  if (rows.length === 0) return [];
  const tagIds = rows.map((row) => row.id);
  const counts = await tx.db
    .select({ tagId: userTags.tagId, userCount: sql<number>`count(*)::int` })
    .from(userTags)
    .where(and(eq(userTags.tenantId, tenantId), inArray(userTags.tagId, tagIds)))
    .groupBy(userTags.tagId);
  const byTag = new Map(counts.map((count) => [count.tagId, count.userCount]));
  return rows.map((row) => ({ ...row, userCount: byTag.get(row.id) ?? 0 }));
}

export async function renameTag(tx: Tx, tenantId: string, tagId: string, name: string): Promise<void> {
  await tx.db.update(tags).set({ name }).where(thisTag(tenantId, tagId));
}

/** Ids of messages and series still to come that go by a tag. */
export async function listHolders(
  { sql }: Tx,
  tenantId: string,
  tagId: string,
  limit: number,
): Promise<string[]> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql<{ kind: "message" | "series"; id: string }[]>`
    select a.holder_kind as kind, a.holder_id as id from audience_uses a
    where a.tenant_id = ${tenant} and a.subject_id = ${toUuid("tag", tagId)} and (
      a.holder_kind = 'message' and exists(select from messages m where m.tenant_id = ${tenant} and m.id = a.holder_id
        and m.state in ('pending_approval', 'scheduled', 'expanding', 'paused'))
      or a.holder_kind = 'series' and exists(select from series s where s.tenant_id = ${tenant} and s.id = a.holder_id
        and s.state in ('pending_approval', 'active')))
    order by a.holder_id limit ${limit}`;
  return rows.map(({ kind, id }) => fromUuid(kind, id));
}

/** Deletes a tag that nothing waits to go by. */
export async function deleteTag(tx: Tx, tenantId: string, tagId: string): Promise<void> {
  await tx.db.delete(tags).where(thisTag(tenantId, tagId));
  await tx.db
    .delete(audienceUses)
    .where(and(eq(audienceUses.tenantId, tenantId), eq(audienceUses.subjectId, toUuid("tag", tagId))));
}
