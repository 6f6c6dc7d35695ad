import { GRADES } from "@tidings/sdk/package";
import { fields, z } from "../../../platform/http/index.ts";
import type { MarketplacePolicyRow } from "./policy.repository.ts";
import type { Allowances } from "./policy.service.ts";

const MAX_ALLOWANCES = 500;
const YEAR_HOURS = 8_760;

export const pluginId = z
  .string()
  .regex(/^[a-z0-9-]{1,40}\/[a-z0-9-]{1,60}$/, "Not the id of a plugin, such as acme/sms.")
  .openapi({ example: "acme/sms" });

const rules = {
  grades: z
    .array(z.enum(GRADES))
    .max(GRADES.length)
    .openapi({ description: "Grades that tenants may install; none allows nothing." }),
  minimumReleaseAgeHours: z
    .int()
    .min(0)
    .max(YEAR_HOURS)
    .openapi({ description: "Hours a version has to be listed before it may be installed." }),
  fourEyes: z.boolean().openapi({ description: "Whether a version needs two operators to be listed." }),
  allowListOnly: z
    .boolean()
    .openapi({ description: "Whether a tenant may install only what it has been allowed." }),
};

export const SaveMarketplacePolicyBody = z.strictObject(rules).openapi("SaveMarketplacePolicy");

export const MarketplacePolicy = z
  .object({ ...rules, updatedAt: fields.moment })
  .openapi("MarketplacePolicy");

export function toMarketplacePolicy(row: MarketplacePolicyRow): z.infer<typeof MarketplacePolicy> {
  return {
    grades: GRADES.filter((grade) => row.grades.includes(grade)),
    minimumReleaseAgeHours: row.minimumReleaseAgeHours,
    fourEyes: row.fourEyes,
    allowListOnly: row.allowListOnly,
    updatedAt: row.updatedAt.toISOString(),
  };
}

export const TenantParam = z.object({ tenantId: fields.id("tenant") });

export const SaveAllowancesBody = z
  .strictObject({ pluginIds: z.array(pluginId).max(MAX_ALLOWANCES) })
  .openapi("SavePluginAllowances");

export const PluginAllowances = z
  .object({
    tenant: z.object({ id: fields.id("tenant"), code: z.string(), name: z.string() }),
    pluginIds: z.array(z.string()),
  })
  .openapi("PluginAllowances");

export const toAllowances = ({ tenant, pluginIds }: Allowances): z.infer<typeof PluginAllowances> => ({
  tenant: { id: tenant.id, code: tenant.code, name: tenant.name },
  pluginIds,
});
