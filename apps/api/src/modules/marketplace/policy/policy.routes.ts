import {
  createRoute,
  createRouter,
  json,
  jsonBody,
  operatorAccess,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import {
  MarketplacePolicy,
  PluginAllowances,
  SaveAllowancesBody,
  SaveMarketplacePolicyBody,
  TenantParam,
  toAllowances,
  toMarketplacePolicy,
} from "./policy.schemas.ts";
import type { MarketplacePolicyService } from "./policy.service.ts";

const tags = ["Marketplace desk"];

const getMarketplacePolicy = createRoute({
  method: "get",
  path: "/v1/operator/marketplace-policy",
  operationId: "getMarketplacePolicy",
  tags,
  summary: "Read what tenants may install, and how versions are listed",
  ...operatorAccess,
  responses: { 200: json(MarketplacePolicy, "The policy"), ...problems() },
});

const saveMarketplacePolicy = createRoute({
  method: "put",
  path: "/v1/operator/marketplace-policy",
  operationId: "saveMarketplacePolicy",
  tags,
  summary: "Say what tenants may install, and how versions are listed",
  ...operatorAccess,
  request: { body: jsonBody(SaveMarketplacePolicyBody) },
  responses: { 200: json(MarketplacePolicy, "The policy as it is now"), ...problems(400, 413, 415) },
});

const getPluginAllowances = createRoute({
  method: "get",
  path: "/v1/operator/tenants/{tenantId}/plugin-allowances",
  operationId: "getPluginAllowances",
  tags,
  summary: "Read which plugins a tenant is allowed",
  ...operatorAccess,
  request: { params: TenantParam },
  responses: { 200: json(PluginAllowances, "The plugins, by id"), ...problems(404) },
});

const savePluginAllowances = createRoute({
  method: "put",
  path: "/v1/operator/tenants/{tenantId}/plugin-allowances",
  operationId: "savePluginAllowances",
  tags,
  summary: "Say which plugins a tenant is allowed",
  ...operatorAccess,
  request: { params: TenantParam, body: jsonBody(SaveAllowancesBody) },
  responses: { 200: json(PluginAllowances, "The plugins as they are now"), ...problems(400, 404, 413, 415) },
});

export function marketplacePolicyRoutes(service: MarketplacePolicyService): Router {
  const router = createRouter();

  router.openapi(getMarketplacePolicy, async (c) => {
    const policy = await service.getPolicy(c.get("ctx"));
    return c.json(toMarketplacePolicy(policy), 200);
  });

  router.openapi(saveMarketplacePolicy, async (c) => {
    const policy = await service.savePolicy(c.get("ctx"), c.req.valid("json"));
    return c.json(toMarketplacePolicy(policy), 200);
  });

  router.openapi(getPluginAllowances, async (c) => {
    const allowances = await service.getAllowances(c.get("ctx"), c.req.valid("param").tenantId);
    return c.json(toAllowances(allowances), 200);
  });

  router.openapi(savePluginAllowances, async (c) => {
    const { tenantId } = c.req.valid("param");
    const allowances = await service.saveAllowances(c.get("ctx"), tenantId, c.req.valid("json").pluginIds);
    return c.json(toAllowances(allowances), 200);
  });

  return router;
}
