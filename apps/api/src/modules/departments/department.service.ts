import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { invalidField, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { departmentNotEmpty, departmentNotUnique } from "./department.errors.ts";
import type { DepartmentRecord, DepartmentRow } from "./department.repository.ts";
import * as repository from "./department.repository.ts";
import { assertPlace } from "./department.rules.ts";

export interface NewDepartment {
  name: string;
  code?: string | undefined;
  parentId: string | null;
}

export interface DepartmentChanges {
  name?: string | undefined;
  code?: string | null | undefined;
  parentId?: string | null | undefined;
}

export function createDepartmentService(deps: { transact: Transact }) {
  return {
    async createDepartment(ctx: RequestContext, input: NewDepartment): Promise<DepartmentRecord> {
      authorize(ctx, "create", "Department");
      return deps.transact(ctx, async (tx) => {
        await takeQuota(tx, ctx, "departments");
        await assertFits(tx, ctx, null, input.parentId);
        const id = newId("department");
        const row = { tenantId: ctx.tenantId, id, ...input, code: input.code ?? null };
        await repository.insertDepartment(tx, row).catch(explainConflict(input));
        const saved = await getDepartment(tx, ctx, id);
        await recordAudit(tx, ctx, {
          action: "department.created",
          ...named(saved),
          after: auditView(saved),
        });
        return saved;
      });
    },

    async listDepartments(
      ctx: RequestContext,
      { query, ...page }: PageRequest & { query?: string | undefined },
    ): Promise<Page<DepartmentRecord>> {
      authorize(ctx, "read", "Department");
      const rows = await deps.transact(ctx, (tx) =>
        repository.listDepartments(tx, ctx.tenantId, query, page),
      );
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async getDepartment(ctx: RequestContext, departmentId: string): Promise<DepartmentRecord> {
      authorize(ctx, "read", "Department");
      return deps.transact(ctx, (tx) => getDepartment(tx, ctx, departmentId));
    },

    /** Renames a department, gives it another code, or hangs it elsewhere with everything below it. */
    async updateDepartment(
      ctx: RequestContext,
      departmentId: string,
      changes: DepartmentChanges,
    ): Promise<DepartmentRecord> {
      authorize(ctx, "update", "Department");
      return deps.transact(ctx, async (tx) => {
        const isMoved = changes.parentId !== undefined;
        if (isMoved) await repository.lockTree(tx, ctx.tenantId);
        const before = await getDepartment(tx, ctx, departmentId);
        if (isMoved) await assertFits(tx, ctx, departmentId, changes.parentId ?? null);
        const row = { ...before, ...given(changes) };
        const { name, code, parentId } = row;
        const saving = repository.updateDepartment(tx, ctx.tenantId, departmentId, {
          name,
          code,
          parentId,
          updatedAt: ctx.now(),
        });
        await saving.catch(explainConflict(row));
        const after = await getDepartment(tx, ctx, departmentId);
        await recordAudit(tx, ctx, {
          action: "department.updated",
          ...named(after),
          before: auditView(before),
          after: auditView(after),
        });
        return after;
      });
    },

    async deleteDepartment(ctx: RequestContext, departmentId: string): Promise<void> {
      authorize(ctx, "delete", "Department");
      await deps.transact(ctx, async (tx) => {
        await giveBackQuota(tx, ctx, "departments");
        await repository.lockTree(tx, ctx.tenantId);
        const before = await getDepartment(tx, ctx, departmentId);
        if (before.childCount > 0) {
          throw departmentNotEmpty(
            `"${before.name}" has ${before.childCount} departments below it. Move or delete those first.`,
            { extensions: { childCount: before.childCount } },
          );
        }
        await repository.deleteDepartment(tx, ctx.tenantId, departmentId);
        await recordAudit(tx, ctx, {
          action: "department.deleted",
          ...named(before),
          before: { ...auditView(before), userCount: before.userCount },
        });
      });
    },
  };
}

export type DepartmentService = ReturnType<typeof createDepartmentService>;

async function getDepartment(tx: Tx, ctx: RequestContext, departmentId: string): Promise<DepartmentRecord> {
  const department = await repository.findDepartment(tx, ctx.tenantId, departmentId);
  if (!department) throw noSuch("department", departmentId);
  return department;
}

async function assertFits(
  tx: Tx,
  ctx: RequestContext,
  departmentId: string | null,
  parentId: string | null,
): Promise<void> {
  await repository.lockTree(tx, ctx.tenantId);
  const nodes = await repository.listNodes(tx, ctx.tenantId);
  if (parentId !== null && !nodes.some((node) => node.id === parentId)) {
    throw invalidField("/parentId", `There is no department ${parentId}.`, "unknown_department");
  }
  assertPlace(nodes, departmentId, parentId);
}

const given = (changes: DepartmentChanges) =>
  Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Partial<DepartmentRow>;

const auditView = ({ name, code, path }: DepartmentRecord) => ({ name, code, path: path.join(" / ") });

const named = (department: { id: string; name: string }) => ({
  subjectId: department.id,
  subjectName: department.name,
});

const explainConflict =
  ({ name, code }: { name: string; code?: string | null | undefined }) =>
  (error: unknown) => {
    const constraint = violatedUnique(error);
    if (constraint === undefined) throw error;
    const [pointer, value] = constraint === "departments_code" ? ["/code", code] : ["/name", name];
    const detail =
      pointer === "/code"
        ? `A department with the code "${value}" exists already.`
        : `There is a department "${value}" in the same place already.`;
    throw departmentNotUnique(detail, {
      errors: [{ pointer, detail: `"${value}" is taken.`, code: "taken" }],
    });
  };
