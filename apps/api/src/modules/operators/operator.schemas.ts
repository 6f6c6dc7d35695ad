import { fields, z } from "../../platform/http/index.ts";
import type { InstallationAuditRow } from "./installation-audit.repository.ts";
import type { OperatorRow, TenantName } from "./operator.repository.ts";

export const Operator = z
  .object({ accountId: fields.id("account"), email: z.string(), createdAt: fields.moment })
  .openapi("Operator");

export const OperatorList = z.object({ items: z.array(Operator) }).openapi("OperatorList");

export const TenantNameItem = z
  .object({ id: fields.id("tenant"), code: z.string(), name: z.string() })
  .openapi("TenantName");

export const TenantNamePage = fields.pageOf(TenantNameItem).openapi("TenantNamePage");

export const InstallationAuditEntry = z
  .object({
    id: z.string(),
    at: fields.moment,
    actor: z.object({
      kind: z.enum(["member", "publisher", "system"]),
      id: z.string().nullable(),
      name: z.string(),
    }),
    action: z.string().openapi({ example: "listing.approved" }),
    subjectId: z.string(),
    subjectName: z.string(),
    before: z.unknown().openapi({ description: "The subject before the act, where there was one." }),
    after: z.unknown().openapi({ description: "The subject after the act, where there is one." }),
    ipAddress: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .openapi("InstallationAuditEntry");

export const InstallationAuditQuery = fields.pageQuery.extend({
  action: z.string().max(64).optional(),
  subjectId: z.string().max(200).optional(),
});

export const InstallationAuditPage = fields.pageOf(InstallationAuditEntry).openapi("InstallationAuditPage");

export const toOperator = ({ accountId, email, createdAt }: OperatorRow): z.infer<typeof Operator> => ({
  accountId,
  email,
  createdAt: createdAt.toISOString(),
});

export const toTenantName = ({ id, code, name }: TenantName): z.infer<typeof TenantNameItem> => ({
  id,
  code,
  name,
});

export function toInstallationAuditEntry(row: InstallationAuditRow): z.infer<typeof InstallationAuditEntry> {
  return {
    id: row.id.toString(),
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    action: row.action,
    subjectId: row.subjectId,
    subjectName: row.subjectName,
    before: row.before,
    after: row.after,
    ipAddress: row.ipAddress,
    requestId: row.requestId,
  };
}
