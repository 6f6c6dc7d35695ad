import { fields, z } from "../../platform/http/index.ts";
import type { TenantRow } from "./tenant.repository.ts";
import { isTimeZone, LOCALES } from "./tenant.rules.ts";

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, "Not a name of the IANA time zone database.")
  .openapi({ example: "Asia/Shanghai" });

export const UpdateTenantBody = z
  .strictObject({
    name: fields.line(80).optional(),
    timeZone: timeZone.optional(),
    locale: z.enum(LOCALES).optional(),
  })
  .openapi("UpdateTenant");

export const Tenant = z
  .object({
    id: fields.id("tenant"),
    code: z.string(),
    name: z.string(),
    timeZone: z.string().openapi({ example: "Asia/Shanghai" }),
    locale: z.enum(LOCALES),
    createdAt: fields.moment,
  })
  .openapi("Tenant");

export function toTenant(row: TenantRow): z.infer<typeof Tenant> {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    timeZone: row.timeZone,
    locale: row.locale,
    createdAt: row.createdAt.toISOString(),
  };
}
