import { schema } from "@tidings/db";
import { and, eq, inArray, or } from "drizzle-orm";
import type { Fragment, Tx } from "../../platform/database/index.ts";
import { fromUuid, isId, toUuid } from "../../platform/ids.ts";

const { departments } = schema;

/** The names from the top of the tree down to each of these departments. */
export async function findPaths(
  { sql }: Tx,
  tenantId: string,
  departmentIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (departmentIds.length === 0) return new Map();
  const tenant = toUuid("tenant", tenantId);
  const ids = departmentIds.map((id) => toUuid("department", id));
  const rows = await sql<{ id: string; path: string[] }[]>`
    with recursive above(id, parent_id, path) as (
      select id, parent_id, array[name] from departments where tenant_id = ${tenant} and id = any(${ids}::uuid[])
      union all
      select a.id, d.parent_id, d.name || a.path
      from above a join departments d on d.tenant_id = ${tenant} and d.id = a.parent_id
    )
    select id, path from above where parent_id is null`;
  return new Map(rows.map((row) => [fromUuid("department", row.id), row.path]));
}

/** Reference, an id or a code, → id of the departments that there are; kept ones cannot be deleted meanwhile. */
export async function findDepartmentsByReference(
  tx: Tx,
  tenantId: string,
  references: readonly string[],
  { isKept }: { isKept: boolean },
): Promise<Map<string, string>> {
  if (references.length === 0) return new Map();
  const ids = references.filter((reference) => isId("department", reference));
  const found = tx.db
    .select({ id: departments.id, code: departments.code })
    .from(departments)
    .where(
      and(
        eq(departments.tenantId, tenantId),
        or(
          inArray(departments.code, [...references]),
          ids.length > 0 ? inArray(departments.id, ids) : undefined,
        ),
      ),
    );
  const rows = await (isKept ? found.for("key share") : found);
  return new Map(
    rows.flatMap(({ id, code }): [string, string][] =>
      code === null
        ? [[id, id]]
        : [
            [id, id],
            [code, id],
          ],
    ),
  );
}

/** Whether the user `u` of a statement is in one of these departments. The tree is walked once a statement. */
export function isInDepartments(
  tx: Tx,
  tenant: string,
  departmentIds: readonly string[],
  includeChildren: boolean,
): Fragment {
  return tx.sql`exists (
    select from user_departments ud
    where ud.tenant_id = ${tenant} and ud.user_id = u.id
      and ud.department_id = any(array(${departmentsWithin(tx, tenant, departmentIds, includeChildren)})))`;
}

/** The `id` of every user in one of these departments, as often as somebody is in one. */
export const membersOfDepartments = (
  tx: Tx,
  tenant: string,
  departmentIds: readonly string[],
  includeChildren: boolean,
): Fragment => tx.sql`
  select user_id as id from user_departments where tenant_id = ${tenant}
    and department_id = any(array(${departmentsWithin(tx, tenant, departmentIds, includeChildren)}))`;

/** The department that an id or code stands for and those below it; none when there is no such department. */
export async function findDepartmentsWithin(tx: Tx, tenantId: string, reference: string): Promise<string[]> {
  const ids = [...(await findDepartmentsByReference(tx, tenantId, [reference], { isKept: false })).values()];
  const rows = await tx.sql<
    { id: string }[]
  >`${departmentsWithin(tx, toUuid("tenant", tenantId), ids, true)}`;
  return rows.map((row) => fromUuid("department", row.id));
}

function departmentsWithin(
  { sql }: Tx,
  tenant: string,
  departmentIds: readonly string[],
  includeChildren: boolean,
): Fragment {
  const ids = departmentIds.map((id) => toUuid("department", id));
  return sql`
    with recursive within(id) as (
      select id from departments where tenant_id = ${tenant} and id = any(${ids}::uuid[])
      union
      select d.id from within w join departments d on d.tenant_id = ${tenant} and d.parent_id = w.id
      where ${includeChildren}
    )
    select id from within`;
}
