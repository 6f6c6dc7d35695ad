import type { RequestContext } from "../../platform/context.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import type { InstallationAuditFilter, InstallationAuditRow } from "./installation-audit.repository.ts";
import { listInstallationAuditEntries } from "./installation-audit.repository.ts";
import type { OperatorRow, TenantName } from "./operator.repository.ts";
import * as repository from "./operator.repository.ts";
import type { AsOperator } from "./operator-transaction.ts";

export function createOperatorService({ asOperator }: { asOperator: AsOperator }) {
  return {
    async listOperators(ctx: RequestContext): Promise<OperatorRow[]> {
      return asOperator(ctx, (tx) => repository.listOperators(tx));
    },

    /** The tenants' names: whom a plugin can be allowed. */
    async listTenants(ctx: RequestContext, page: PageRequest): Promise<Page<TenantName>> {
      const rows = await asOperator(ctx, (tx) => repository.listTenantNames(tx, page));
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async listAuditEntries(
      ctx: RequestContext,
      filter: InstallationAuditFilter & PageRequest,
    ): Promise<Page<InstallationAuditRow>> {
      const rows = await asOperator(ctx, (tx) => listInstallationAuditEntries(tx, filter, filter));
      return toPage(
        rows,
        filter,
        (row) => row.id.toString(),
        (row) => row,
      );
    },
  };
}

export type OperatorService = ReturnType<typeof createOperatorService>;
