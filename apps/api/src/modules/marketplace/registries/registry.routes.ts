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
  AddRegistryBody,
  ChangeRegistryBody,
  InspectRegistryBody,
  OrderRegistriesBody,
  Registry,
  RegistryInspection,
  RegistryList,
  RegistryParam,
  toInspection,
  toRegistry,
} from "./registry.schemas.ts";
import type { RegistryService } from "./registry.service.ts";

const tags = ["Marketplace desk"];

const listRegistries = createRoute({
  method: "get",
  path: "/v1/operator/registries",
  operationId: "listRegistries",
  tags,
  summary: "List the registries in the order in which they are asked",
  ...operatorAccess,
  responses: { 200: json(RegistryList, "The registries"), ...problems() },
});

const inspectRegistry = createRoute({
  method: "post",
  path: "/v1/operator/registry-inspections",
  operationId: "inspectRegistry",
  tags,
  summary: "Ask a server for its keys and plugins, before it is added",
  ...operatorAccess,
  request: { body: jsonBody(InspectRegistryBody) },
  responses: { 200: json(RegistryInspection, "What it says of itself"), ...problems(400, 413, 415) },
});

const addRegistry = createRoute({
  method: "post",
  path: "/v1/operator/registries",
  operationId: "addRegistry",
  tags,
  summary: "Add a registry and pin its keys",
  ...operatorAccess,
  request: { body: jsonBody(AddRegistryBody) },
  responses: { 201: json(Registry, "The registry"), ...problems(400, 404, 409, 413, 415) },
});

const orderRegistries = createRoute({
  method: "put",
  path: "/v1/operator/registry-order",
  operationId: "orderRegistries",
  tags,
  summary: "Say in which order registries are asked",
  ...operatorAccess,
  request: { body: jsonBody(OrderRegistriesBody) },
  responses: { 200: json(RegistryList, "The registries in their order"), ...problems(400, 413, 415) },
});

const changeRegistry = createRoute({
  method: "patch",
  path: "/v1/operator/registries/{registryId}",
  operationId: "changeRegistry",
  tags,
  summary: "Switch a registry on or off, rename it, pin other keys",
  ...operatorAccess,
  request: { params: RegistryParam, body: jsonBody(ChangeRegistryBody) },
  responses: { 200: json(Registry, "The registry as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteRegistry = createRoute({
  method: "delete",
  path: "/v1/operator/registries/{registryId}",
  operationId: "deleteRegistry",
  tags,
  summary: "Delete a remote registry of which nothing is installed, with all that it has listed",
  ...operatorAccess,
  request: { params: RegistryParam },
  responses: { 204: { description: "Deleted" }, ...problems(404, 409) },
});

const synchroniseRegistry = createRoute({
  method: "post",
  path: "/v1/operator/registries/{registryId}/synchronisations",
  operationId: "synchroniseRegistry",
  tags,
  summary: "Ask a remote registry now; the answer says what failed",
  ...operatorAccess,
  request: { params: RegistryParam },
  responses: { 200: json(Registry, "The registry as it is now"), ...problems(404, 409) },
});

export function registryRoutes(service: RegistryService): Router {
  const router = createRouter();

  router.openapi(listRegistries, async (c) => {
    const items = await service.listRegistries(c.get("ctx"));
    return c.json({ items: items.map(toRegistry) }, 200);
  });

  router.openapi(inspectRegistry, async (c) => {
    const found = await service.inspectRegistry(c.get("ctx"), c.req.valid("json").url);
    return c.json(toInspection(found), 200);
  });

  router.openapi(addRegistry, async (c) => {
    const registry = await service.addRegistry(c.get("ctx"), c.req.valid("json"));
    return c.json(toRegistry(registry), 201);
  });

  router.openapi(orderRegistries, async (c) => {
    const items = await service.orderRegistries(c.get("ctx"), c.req.valid("json").registryIds);
    return c.json({ items: items.map(toRegistry) }, 200);
  });

  router.openapi(changeRegistry, async (c) => {
    const { registryId } = c.req.valid("param");
    const registry = await service.changeRegistry(c.get("ctx"), registryId, c.req.valid("json"));
    return c.json(toRegistry(registry), 200);
  });

  router.openapi(deleteRegistry, async (c) => {
    await service.deleteRegistry(c.get("ctx"), c.req.valid("param").registryId);
    return c.body(null, 204);
  });

  router.openapi(synchroniseRegistry, async (c) => {
    const registry = await service.synchroniseRegistry(c.get("ctx"), c.req.valid("param").registryId);
    return c.json(toRegistry(registry), 200);
  });

  return router;
}
