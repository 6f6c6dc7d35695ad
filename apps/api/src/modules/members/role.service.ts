import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { listRoles, type RoleRow } from "./role.repository.ts";

export function createRoleService(deps: { transact: Transact }) {
  return {
    async listRoles(ctx: RequestContext): Promise<RoleRow[]> {
      authorize(ctx, "read", "Role");
      return deps.transact(ctx, (tx) => listRoles(tx, ctx.tenantId));
    },
  };
}

export type RoleService = ReturnType<typeof createRoleService>;
