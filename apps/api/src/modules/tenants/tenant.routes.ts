import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
  tenantAccess,
} from "../../platform/http/index.ts";
import { Tenant, toTenant, UpdateTenantBody } from "./tenant.schemas.ts";
import type { TenantService } from "./tenant.service.ts";

const tags = ["Tenant"];

const getTenant = createRoute({
  method: "get",
  path: "/v1/tenant",
  operationId: "getTenant",
  tags,
  summary: "Read the tenant the credential belongs to",
  ...tenantAccess,
  responses: { 200: json(Tenant, "The tenant"), ...problems() },
});

const updateTenant = createRoute({
  method: "patch",
  path: "/v1/tenant",
  operationId: "updateTenant",
  tags,
  summary: "Rename the tenant or change its time zone or language",
  ...access("update", "Tenant"),
  request: { body: jsonBody(UpdateTenantBody) },
  responses: { 200: json(Tenant, "The tenant as it is now"), ...problems(400, 413, 415) },
});

export function tenantRoutes(service: TenantService): Router {
  const router = createRouter();

  router.openapi(getTenant, async (c) => {
    const tenant = await service.getTenant(c.get("ctx"));
    return c.json(toTenant(tenant), 200);
  });

  router.openapi(updateTenant, async (c) => {
    const tenant = await service.updateTenant(c.get("ctx"), c.req.valid("json"));
    return c.json(toTenant(tenant), 200);
  });

  return router;
}
