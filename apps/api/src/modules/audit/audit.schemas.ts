import { fields, z } from "../../platform/http/index.ts";
import type { AuditEntryRow } from "./audit.repository.ts";

export const AuditEntry = z
  .object({
    id: z.string(),
    at: fields.moment,
    actor: z.object({
      kind: z.enum(["member", "source", "system"]),
      id: z.string().nullable(),
      name: z.string(),
    }),
    action: z.string().openapi({ example: "channel.created" }),
    subjectId: z.string(),
    subjectName: z.string(),
    before: z.unknown().openapi({ description: "The subject before the act, where there was one." }),
    after: z.unknown().openapi({ description: "The subject after the act, where there is one." }),
    ipAddress: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .openapi("AuditEntry");

export const AuditQuery = fields.pageQuery.extend({
  action: z.string().max(64).optional(),
  subjectId: z.string().max(64).optional(),
});

export const AuditPage = fields.pageOf(AuditEntry).openapi("AuditPage");

export function toAuditEntry(row: AuditEntryRow): z.infer<typeof AuditEntry> {
  return {
    id: row.id.toString(),
    at: row.at.toISOString(),
    actor: {
      kind: row.actorKind as "member" | "source" | "system",
      id: row.actorId,
      name: row.actorName,
    },
    action: row.action,
    subjectId: row.subjectId,
    subjectName: row.subjectName,
    before: row.before,
    after: row.after,
    ipAddress: row.ipAddress,
    requestId: row.requestId,
  };
}
