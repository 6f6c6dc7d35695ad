import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { listQuotas } from "./quota.repository.ts";
import { describeQuotas, type QuotaUse } from "./quota.rules.ts";
import { localDay } from "./tenant.rules.ts";
import { getTenant } from "./tenant.service.ts";

/** What the quotas need to know of the installed plugins: the kinds of channels one can make. */
export interface ChannelKinds {
  list(): { manifest: { kind: string } }[];
}

export interface QuotaServiceDeps {
  transact: Transact;
  catalogue: PluginCatalogues<ChannelKinds>;
  /** Whom a tenant asks for a higher quota. */
  contact?: string | undefined;
}

export function createQuotaService(deps: QuotaServiceDeps) {
  return {
    /** Every limit of the plan with its use; also those of which nothing is used yet. */
    async listQuotas(ctx: RequestContext): Promise<QuotaUse[]> {
      authorize(ctx, "read", "Quota");
      const kinds = new Set(
        deps.catalogue
          .of(ctx.tenantId)
          .list()
          .map(({ manifest }) => manifest.kind),
      );
      const rows = await deps.transact(ctx, async (tx) => {
        const tenant = await getTenant(tx, ctx.tenantId);
        return listQuotas(tx, ctx.tenantId, localDay(ctx.now(), tenant.timeZone));
      });
      return describeQuotas(rows, [...kinds].sort(), deps.contact ?? null);
    },
  };
}

export type QuotaService = ReturnType<typeof createQuotaService>;
