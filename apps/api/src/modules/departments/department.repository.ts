import { schema } from "@tidings/db";
import { and, asc, eq, gt, or, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { TreeNode } from "./department.rules.ts";
import { findPaths } from "./department-tree.repository.ts";

const { departments } = schema;

export type DepartmentRow = typeof departments.$inferSelect;

/** A department as lists show it. */
export type DepartmentRecord = DepartmentRow & {
  path: string[];
  childCount: number;
  /** Users in it or below it, each once. */
  userCount: number;
  /** Users in it itself. */
  directUserCount: number;
};

const thisDepartment = (tenantId: string, departmentId: string) =>
  and(eq(departments.tenantId, tenantId), eq(departments.id, departmentId));

/** Keeps everybody else from changing the tree until the transaction ends: two moves could make a cycle. */
export async function lockTree({ sql }: Tx, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('departments ' || ${toUuid("tenant", tenantId)}, 0))`;
}

export async function listNodes(tx: Tx, tenantId: string): Promise<TreeNode[]> {
  return tx.db
    .select({ id: departments.id, parentId: departments.parentId })
    .from(departments)
    .where(eq(departments.tenantId, tenantId));
}

export async function insertDepartment(tx: Tx, row: typeof departments.$inferInsert): Promise<void> {
  await tx.db.insert(departments).values(row);
}

export async function updateDepartment(
  tx: Tx,
  tenantId: string,
  departmentId: string,
  changes: Partial<Pick<DepartmentRow, "name" | "code" | "parentId" | "updatedAt">>,
): Promise<void> {
  await tx.db.update(departments).set(changes).where(thisDepartment(tenantId, departmentId));
}

export async function deleteDepartment(tx: Tx, tenantId: string, departmentId: string): Promise<void> {
  await tx.db.delete(departments).where(thisDepartment(tenantId, departmentId));
}

export async function findDepartment(
  tx: Tx,
  tenantId: string,
  departmentId: string,
): Promise<DepartmentRecord | undefined> {
  const rows = await tx.db.select().from(departments).where(thisDepartment(tenantId, departmentId));
  const [found] = await withCounts(tx, tenantId, rows);
  return found;
}

/** Departments in the order they were made; `query` is a part of the name or the exact code. */
export async function listDepartments(
  tx: Tx,
  tenantId: string,
  query: string | undefined,
  page: PageRequest,
): Promise<DepartmentRecord[]> {
  const cursor = readCursor(page, "department");
  const rows = await tx.db
    .select()
    .from(departments)
    .where(
      and(
        eq(departments.tenantId, tenantId),
        cursor ? gt(departments.id, cursor) : undefined,
        query ? or(eq(departments.code, query), sql`strpos(${departments.name}, ${query}) > 0`) : undefined,
      ),
    )
    .orderBy(asc(departments.id))
    .limit(page.limit + 1);
  return withCounts(tx, tenantId, rows);
}

async function withCounts(tx: Tx, tenantId: string, rows: DepartmentRow[]): Promise<DepartmentRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [paths, counts] = await Promise.all([findPaths(tx, tenantId, ids), countWithin(tx, tenantId, ids)]);
  return rows.map((row) => ({
    ...row,
    path: paths.get(row.id) ?? [row.name],
    ...(counts.get(row.id) ?? { childCount: 0, userCount: 0, directUserCount: 0 }),
  }));
}

type Counts = Pick<DepartmentRecord, "childCount" | "userCount" | "directUserCount">;

async function countWithin({ sql }: Tx, tenantId: string, ids: string[]): Promise<Map<string, Counts>> {
  const tenant = toUuid("tenant", tenantId);
  const roots = ids.map((id) => toUuid("department", id));
  const rows = await sql<{ id: string; children: number; users: number; direct: number }[]>`
    with recursive below(root, id) as (
      select id, id from departments where tenant_id = ${tenant} and id = any(${roots}::uuid[])
      union all
      select b.root, d.id from below b join departments d on d.tenant_id = ${tenant} and d.parent_id = b.id
    )
    select b.root as id, count(distinct ud.user_id)::int as users,
      count(distinct ud.user_id) filter (where b.id = b.root)::int as direct,
      (select count(*)::int from departments c where c.tenant_id = ${tenant} and c.parent_id = b.root) as children
    from below b
    left join user_departments ud on ud.tenant_id = ${tenant} and ud.department_id = b.id
    group by b.root`;
  return new Map(
    rows.map((row) => [
      fromUuid("department", row.id),
      { childCount: row.children, userCount: row.users, directUserCount: row.direct },
    ]),
  );
}
