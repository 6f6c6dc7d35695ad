import type { RequestContext } from "../../../platform/context.ts";
import type { Transact } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type AsOperator, findTenantName, loginOf, recordInstallationAudit } from "../../operators/index.ts";
import type { MarketplacePolicyRow } from "./policy.repository.ts";
import * as repository from "./policy.repository.ts";

export type SavePolicy = Omit<MarketplacePolicyRow, "only" | "updatedAt">;

/** Plugins that an operator allows one tenant. */
export interface Allowances {
  tenant: { id: string; code: string; name: string };
  pluginIds: string[];
}

export interface PolicyServiceDeps {
  asOperator: AsOperator;
  transact: Transact;
}

export function createMarketplacePolicyService({ asOperator, transact }: PolicyServiceDeps) {
  const getTenant = (ctx: RequestContext, tenantId: string) =>
    asOperator(ctx, async (tx) => {
      const tenant = await findTenantName(tx, tenantId);
      if (!tenant) throw noSuch("tenant", tenantId);
      return tenant;
    });

  return {
    async getPolicy(ctx: RequestContext): Promise<MarketplacePolicyRow> {
      return asOperator(ctx, (tx) => repository.getMarketplacePolicy(tx));
    },

    async savePolicy(ctx: RequestContext, input: SavePolicy): Promise<MarketplacePolicyRow> {
      return asOperator(ctx, async (tx, operator) => {
        const before = await repository.getMarketplacePolicy(tx);
        const after = { ...before, ...input, updatedAt: ctx.now() };
        await repository.updateMarketplacePolicy(tx, after);
        await recordInstallationAudit(tx, operator, {
          action: "marketplace_policy.updated",
          subjectId: "marketplace_policy",
          subjectName: "marketplace_policy",
          before: rulesOf(before),
          after: rulesOf(after),
        });
        return after;
      });
    },

    async getAllowances(ctx: RequestContext, tenantId: string): Promise<Allowances> {
      const tenant = await getTenant(ctx, tenantId);
      const pluginIds = await transact({ tenantId }, (tx) => repository.listAllowances(tx, tenantId));
      return { tenant, pluginIds };
    },

    /** Behind the tenant's own fence, of which nothing but this list is asked. */
    async saveAllowances(ctx: RequestContext, tenantId: string, wanted: string[]): Promise<Allowances> {
      const tenant = await getTenant(ctx, tenantId);
      const pluginIds = [...new Set(wanted)].sort();
      await transact({ tenantId }, async (tx) => {
        const before = await repository.listAllowances(tx, tenantId);
        await repository.replaceAllowances(tx, tenantId, pluginIds);
        await recordInstallationAudit(tx, loginOf(ctx), {
          action: "plugin_allowances.updated",
          subjectId: tenant.id,
          subjectName: tenant.name,
          before: { pluginIds: before },
          after: { pluginIds },
        });
      });
      return { tenant, pluginIds };
    },
  };
}

export type MarketplacePolicyService = ReturnType<typeof createMarketplacePolicyService>;

const rulesOf = ({ only: _, updatedAt: __, ...rules }: MarketplacePolicyRow): SavePolicy => rules;
