import { schema } from "@tidings/db";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import type { NamedDepartment } from "./department.rules.ts";
import { findPaths } from "./department-tree.repository.ts";

const { departments, userDepartments } = schema;

/** Puts each of these users into exactly these departments. */
export async function replaceUserDepartments(
  tx: Tx,
  tenantId: string,
  wanted: readonly { userId: string; departmentIds: readonly string[] }[],
): Promise<void> {
  if (wanted.length === 0) return;
  const tenant = toUuid("tenant", tenantId);
  const userIds = wanted.map(({ userId }) => toUuid("user", userId));
  const pairs = wanted.flatMap(({ userId, departmentIds }) =>
    departmentIds.map((id) => ({ user_id: toUuid("user", userId), department_id: toUuid("department", id) })),
  );
  await tx.sql`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as w (user_id uuid, department_id uuid)
    ), removed as (
      delete from user_departments d
      where d.tenant_id = ${tenant} and d.user_id = any(${userIds}::uuid[])
        and not exists (select from wanted w where w.user_id = d.user_id and w.department_id = d.department_id)
    )
    insert into user_departments (tenant_id, department_id, user_id)
    select ${tenant}, department_id, user_id from wanted
    on conflict do nothing`;
}

/** Each user's departments, in the order the departments were made. */
export async function findUserDepartments(
  tx: Tx,
  tenantId: string,
  userIds: string[],
): Promise<Map<string, NamedDepartment[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await tx.db
    .select({ userId: userDepartments.userId, id: userDepartments.departmentId, name: departments.name })
    .from(userDepartments)
    .innerJoin(
      departments,
      and(
        eq(departments.tenantId, userDepartments.tenantId),
        eq(departments.id, userDepartments.departmentId),
      ),
    )
    .where(and(eq(userDepartments.tenantId, tenantId), inArray(userDepartments.userId, userIds)))
    .orderBy(asc(userDepartments.departmentId));
  const paths = await findPaths(tx, tenantId, [...new Set(rows.map((row) => row.id))]);
  const found = new Map<string, NamedDepartment[]>();
  for (const { userId, id, name } of rows) {
    const department = { id, path: paths.get(id) ?? [name] };
    const list = found.get(userId);
    if (list) list.push(department);
    else found.set(userId, [department]);
  }
  return found;
}
