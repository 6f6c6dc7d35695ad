import {
  createRoute,
  createRouter,
  fields,
  json,
  operatorAccess,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  InstallationAuditPage,
  InstallationAuditQuery,
  OperatorList,
  TenantNamePage,
  toInstallationAuditEntry,
  toOperator,
  toTenantName,
} from "./operator.schemas.ts";
import type { OperatorService } from "./operator.service.ts";

const tags = ["Operators"];

const listOperators = createRoute({
  method: "get",
  path: "/v1/operator/operators",
  operationId: "listOperators",
  tags,
  summary: "List who runs the installation",
  ...operatorAccess,
  responses: { 200: json(OperatorList, "The operators, by email"), ...problems() },
});

const listTenants = createRoute({
  method: "get",
  path: "/v1/operator/tenants",
  operationId: "listTenants",
  tags,
  summary: "List the names of the installation's tenants, oldest first",
  ...operatorAccess,
  request: { query: fields.pageQuery },
  responses: { 200: json(TenantNamePage, "A page of tenants"), ...problems() },
});

const listInstallationAuditEntries = createRoute({
  method: "get",
  path: "/v1/operator/audit-entries",
  operationId: "listInstallationAuditEntries",
  tags,
  summary: "List who did what to the installation itself, newest first",
  ...operatorAccess,
  request: { query: InstallationAuditQuery },
  responses: { 200: json(InstallationAuditPage, "A page of audit entries"), ...problems() },
});

export function operatorRoutes(service: OperatorService): Router {
  const router = createRouter();

  router.openapi(listOperators, async (c) => {
    const items = await service.listOperators(c.get("ctx"));
    return c.json({ items: items.map(toOperator) }, 200);
  });

  router.openapi(listTenants, async (c) => {
    const page = await service.listTenants(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toTenantName) }, 200);
  });

  router.openapi(listInstallationAuditEntries, async (c) => {
    const page = await service.listAuditEntries(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toInstallationAuditEntry) }, 200);
  });

  return router;
}
