import { schema } from "@tidings/db";
import { and, asc, eq, gt } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { SegmentRule } from "./segment.rules.ts";
import { matchesRule } from "./segment-rule.repository.ts";

const { segments } = schema;

/** Messages and series still to come that go to a segment. */
export interface SegmentUse {
  messageCount: number;
  seriesCount: number;
}

export type SegmentRow = typeof segments.$inferSelect;
export type SegmentRecord = SegmentRow & SegmentUse;

const thisSegment = (tenantId: string, segmentId: string) =>
  and(eq(segments.tenantId, tenantId), eq(segments.id, segmentId));

export async function insertSegment(tx: Tx, row: typeof segments.$inferInsert): Promise<void> {
  await tx.db.insert(segments).values(row);
}

export async function updateSegment(
  tx: Tx,
  tenantId: string,
  segmentId: string,
  changes: Pick<SegmentRow, "name" | "rule" | "updatedAt">,
): Promise<void> {
  await tx.db.update(segments).set(changes).where(thisSegment(tenantId, segmentId));
}

/** Deletes a segment; what was accepted with it keeps its rule. */
export async function deleteSegment(tx: Tx, tenantId: string, segmentId: string): Promise<void> {
  await tx.db.delete(segments).where(thisSegment(tenantId, segmentId));
}

export async function findSegment(
  tx: Tx,
  tenantId: string,
  segmentId: string,
): Promise<SegmentRecord | undefined> {
  const rows = await tx.db.select().from(segments).where(thisSegment(tenantId, segmentId));
  const [found] = await withUses(tx, tenantId, rows);
  return found;
}

/** What a message that goes to the segment keeps of it. */
export async function findSegmentRule(
  tx: Tx,
  tenantId: string,
  segmentId: string,
): Promise<{ name: string; rule: SegmentRule } | undefined> {
  const [row] = await tx.db
    .select({ name: segments.name, rule: segments.rule })
    .from(segments)
    .where(thisSegment(tenantId, segmentId));
  return row;
}

/** Segments by name. */
export async function listSegments(tx: Tx, tenantId: string, page: PageRequest): Promise<SegmentRecord[]> {
  const cursor = readCursor(page, "name");
  const rows = await tx.db
    .select()
    .from(segments)
    .where(and(eq(segments.tenantId, tenantId), cursor ? gt(segments.name, cursor) : undefined))
    .orderBy(asc(segments.name))
    .limit(page.limit + 1);
  return withUses(tx, tenantId, rows);
}

/** How many users the rule has now. */
export async function countUsers(tx: Tx, tenantId: string, rule: SegmentRule): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await tx.sql<[{ count: number }]>`
    select count(*)::int as count from users u
    where u.tenant_id = ${tenant} and (${matchesRule(tx, tenant, rule)})`;
  return row.count;
}

async function withUses(tx: Tx, tenantId: string, rows: SegmentRow[]): Promise<SegmentRecord[]> {
  if (rows.length === 0) return [];
  const tenant = toUuid("tenant", tenantId);
  const ids = rows.map((row) => toUuid("segment", row.id));
  const uses = await tx.sql<{ id: string; messages: number; series: number }[]>`
    select a.subject_id as id, count(m.id)::int as messages, count(s.id)::int as series
    from audience_uses a
    left join messages m on a.holder_kind = 'message' and m.tenant_id = ${tenant} and m.id = a.holder_id
      and m.state in ('pending_approval', 'scheduled', 'expanding', 'paused')
    left join series s on a.holder_kind = 'series' and s.tenant_id = ${tenant} and s.id = a.holder_id
      and s.state in ('pending_approval', 'active')
    where a.tenant_id = ${tenant} and a.subject_id = any(${ids}::uuid[])
    group by 1`;
  const byId = new Map(uses.map((row) => [fromUuid("segment", row.id), row]));
  return rows.map((row) => ({
    ...row,
    messageCount: byId.get(row.id)?.messages ?? 0,
    seriesCount: byId.get(row.id)?.series ?? 0,
  }));
}
