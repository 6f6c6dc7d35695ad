import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import { AuditPage, AuditQuery, toAuditEntry } from "./audit.schemas.ts";
import type { AuditService } from "./audit.service.ts";

const listAuditEntries = createRoute({
  method: "get",
  path: "/v1/audit-entries",
  operationId: "listAuditEntries",
  tags: ["Audit"],
  summary: "List who did what, newest first",
  ...access("read", "AuditEntry"),
  request: { query: AuditQuery },
  responses: { 200: json(AuditPage, "A page of audit entries"), ...problems() },
});

export function auditRoutes(service: AuditService): Router {
  const router = createRouter();

  router.openapi(listAuditEntries, async (c) => {
    const page = await service.listAuditEntries(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toAuditEntry) }, 200);
  });

  return router;
}
