import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import type { NamedDepartment } from "./department.rules.ts";
import { findDepartmentsByReference, findPaths } from "./department-tree.repository.ts";
import { replaceUserDepartments } from "./user-department.repository.ts";

/** Reference, an id or a code, → the department it stands for. */
export type DepartmentReferences = ReadonlyMap<string, NamedDepartment>;

/** The departments that these references stand for, as far as there are any. Those that are kept cannot be deleted meanwhile. */
export async function resolveDepartments(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  references: readonly string[],
  keeping: { isKept: boolean } = { isKept: false },
): Promise<DepartmentReferences> {
  const ids = await findDepartmentsByReference(tx, ctx.tenantId, [...new Set(references)], keeping);
  const paths = await findPaths(tx, ctx.tenantId, [...new Set(ids.values())]);
  return new Map([...ids].map(([reference, id]) => [reference, { id, path: paths.get(id) ?? [] }]));
}

/** Puts each of these users into exactly these departments. */
export const assignDepartments = (
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  wanted: readonly { userId: string; departmentIds: readonly string[] }[],
): Promise<void> => replaceUserDepartments(tx, ctx.tenantId, wanted);
