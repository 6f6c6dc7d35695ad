import { fields, z } from "../../platform/http/index.ts";
import type { Me as MeRow } from "./session.service.ts";

/** Lower case: people write their address one way today and another tomorrow. */
export const email = z.email().max(254).toLowerCase().openapi({ example: "wang@school.example" });
export const newPassword = z.string().min(10).max(200);
/** Of any length that may have been allowed once. */
const anyPassword = z.string().min(1).max(200);

export const CreateSessionBody = z.strictObject({ email, password: anyPassword }).openapi("CreateSession");

export const SwitchTenantBody = z.strictObject({ tenantId: fields.id("tenant") }).openapi("SwitchTenant");

export const ChangePasswordBody = z
  .strictObject({ currentPassword: anyPassword, newPassword })
  .openapi("ChangePassword");

const words = z.union([z.string(), z.array(z.string())]);

export const PermissionRule = z
  .object({ action: words, subject: words })
  .openapi("Permission", { description: "A CASL rule without conditions." });

export const Me = z
  .object({
    member: z.object({ id: fields.id("member"), name: z.string(), email: z.string() }),
    tenant: z.object({
      id: fields.id("tenant"),
      name: z.string(),
      timeZone: z.string(),
      locale: z.string(),
    }),
    role: z.object({ id: fields.id("role"), code: z.string(), name: z.string() }),
    permissions: z.array(PermissionRule),
    tenants: z
      .array(z.object({ id: fields.id("tenant"), name: z.string() }))
      .openapi({ description: "The tenants this login is a member of." }),
    isOperator: z.boolean().openapi({ description: "Whether this login runs the installation." }),
  })
  .openapi("Me");

export function toMe({ id, name, email, role, tenant, tenants, isOperator }: MeRow): z.infer<typeof Me> {
  return {
    member: { id, name, email },
    tenant: { id: tenant.id, name: tenant.name, timeZone: tenant.timeZone, locale: tenant.locale },
    role: { id: role.id, code: role.code, name: role.name },
    permissions: role.permissions.map(({ action, subject }) => ({ action, subject })),
    tenants: tenants.map((other) => ({ id: other.id, name: other.name })),
    isOperator,
  };
}
