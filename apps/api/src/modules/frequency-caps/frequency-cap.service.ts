import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { invalidInput } from "../../platform/errors.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { lockTenant } from "../tenants/index.ts";
import * as repository from "./frequency-cap.repository.ts";
import { checkCaps, type FrequencyCap } from "./frequency-cap.rules.ts";

export function createFrequencyCapService(deps: {
  transact: Transact;
  catalogue: PluginCatalogues<{ list(): readonly { manifest: { kind: string } }[] }>;
}) {
  return {
    /** Whoever has a credential of the tenant may know how often its users are written to. */
    async getFrequencyCaps(ctx: RequestContext): Promise<FrequencyCap[]> {
      return deps.transact(ctx, (tx) => repository.listCaps(tx, ctx.tenantId));
    },

    async saveFrequencyCaps(ctx: RequestContext, caps: FrequencyCap[]): Promise<FrequencyCap[]> {
      authorize(ctx, "update", "Tenant");
      const kinds = new Set(
        deps.catalogue
          .of(ctx.tenantId)
          .list()
          .map(({ manifest }) => manifest.kind),
      );
      const errors = checkCaps(caps, kinds);
      if (errors[0]) throw invalidInput(errors[0].detail, { errors });
      return deps.transact(ctx, async (tx) => {
        const tenant = await lockTenant(tx, ctx.tenantId);
        const before = await repository.listCaps(tx, ctx.tenantId);
        await repository.replaceCaps(tx, ctx.tenantId, caps);
        await recordAudit(tx, ctx, {
          action: "frequency_caps.updated",
          subjectId: ctx.tenantId,
          subjectName: tenant.name,
          before: { caps: before },
          after: { caps },
        });
        return caps;
      });
    },
  };
}

export type FrequencyCapService = ReturnType<typeof createFrequencyCapService>;
