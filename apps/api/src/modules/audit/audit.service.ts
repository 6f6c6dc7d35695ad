import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { type AuditEntryRow, type AuditFilter, listAuditEntries } from "./audit.repository.ts";

export function createAuditService(deps: { transact: Transact }) {
  return {
    async listAuditEntries(
      ctx: RequestContext,
      filter: AuditFilter & PageRequest,
    ): Promise<Page<AuditEntryRow>> {
      authorize(ctx, "read", "AuditEntry");
      const rows = await deps.transact(ctx, (tx) => listAuditEntries(tx, ctx.tenantId, filter, filter));
      return toPage(
        rows,
        filter,
        (row) => row.id.toString(),
        (row) => row,
      );
    },
  };
}

export type AuditService = ReturnType<typeof createAuditService>;
