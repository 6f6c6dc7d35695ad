import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import { MAX_ENDPOINTS } from "./callback.rules.ts";
import {
  CallbackEndpoint,
  CallbackEndpointList,
  CallbackTest,
  CreateCallbackEndpointBody,
  EndpointParam,
  NewCallbackEndpoint,
  RotateCallbackSecretBody,
  SourceParam,
  toCallbackEndpoint,
  UpdateCallbackEndpointBody,
} from "./callback.schemas.ts";
import type { CallbackEndpointService } from "./callback-endpoint.service.ts";

const tags = ["Callbacks"];

const listCallbackEndpoints = createRoute({
  method: "get",
  path: "/v1/sources/{sourceId}/callback-endpoints",
  operationId: "listCallbackEndpoints",
  tags,
  summary: "List where a source is told what became of its deliveries",
  ...access("read", "Source"),
  request: { params: SourceParam },
  responses: { 200: json(CallbackEndpointList, "The endpoints, oldest first"), ...problems(404) },
});

const createCallbackEndpoint = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/callback-endpoints",
  operationId: "createCallbackEndpoint",
  tags,
  summary: "Have a source told what becomes of its deliveries; the secret is shown this once",
  description:
    "It is told of what happens from then on; what happens within the first second may be left out. Calls are signed by Standard Webhooks. An address that is not public is refused.",
  ...access("update", "Source"),
  request: { params: SourceParam, body: jsonBody(CreateCallbackEndpointBody) },
  responses: { 201: json(NewCallbackEndpoint, "The new endpoint"), ...problems(400, 404, 409, 413, 415) },
});

const updateCallbackEndpoint = createRoute({
  method: "patch",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}",
  operationId: "updateCallbackEndpoint",
  tags,
  summary: "Change a callback endpoint, or switch it on or off",
  description:
    "While it is off, or disabled, nothing is noted down for it; what was noted before is told once it is on again, calls that have been tried for a day excepted.",
  ...access("update", "Source"),
  request: { params: EndpointParam, body: jsonBody(UpdateCallbackEndpointBody) },
  responses: {
    200: json(CallbackEndpoint, "The endpoint as it is now"),
    ...problems(400, 404, 409, 413, 415),
  },
});

const deleteCallbackEndpoint = createRoute({
  method: "delete",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}",
  operationId: "deleteCallbackEndpoint",
  tags,
  summary: "Delete a callback endpoint with its secrets and calls",
  ...access("update", "Source"),
  request: { params: EndpointParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

const rotateCallbackSecret = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}/secret-rotations",
  operationId: "rotateCallbackSecret",
  tags,
  summary: "Replace the secret; for the overlap calls are signed with both",
  ...access("update", "Source"),
  request: { params: EndpointParam, body: jsonBody(RotateCallbackSecretBody) },
  responses: {
    201: json(NewCallbackEndpoint, "The endpoint with its new secret"),
    ...problems(400, 404, 413, 415),
  },
});

const testCallbackEndpoint = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}/tests",
  operationId: "testCallbackEndpoint",
  tags,
  summary: "Call an endpoint now, with one made-up event",
  ...access("update", "Source"),
  request: { params: EndpointParam },
  responses: { 200: json(CallbackTest, "How the call went"), ...problems(404) },
});

export function callbackEndpointRoutes(service: CallbackEndpointService): Router {
  const router = createRouter();

  router.openapi(listCallbackEndpoints, async (c) => {
    const endpoints = await service.listCallbackEndpoints(c.get("ctx"), c.req.valid("param").sourceId);
    return c.json({ items: endpoints.map(toCallbackEndpoint), maxCount: MAX_ENDPOINTS }, 200);
  });

  router.openapi(createCallbackEndpoint, async (c) => {
    const { sourceId } = c.req.valid("param");
    const created = await service.createCallbackEndpoint(c.get("ctx"), sourceId, c.req.valid("json"));
    return c.json({ ...toCallbackEndpoint(created), secret: created.secret }, 201);
  });

  router.openapi(updateCallbackEndpoint, async (c) => {
    const { sourceId, endpointId } = c.req.valid("param");
    const changes = c.req.valid("json");
    const endpoint = await service.updateCallbackEndpoint(c.get("ctx"), sourceId, endpointId, changes);
    return c.json(toCallbackEndpoint(endpoint), 200);
  });

  router.openapi(deleteCallbackEndpoint, async (c) => {
    const { sourceId, endpointId } = c.req.valid("param");
    await service.deleteCallbackEndpoint(c.get("ctx"), sourceId, endpointId);
    return c.body(null, 204);
  });

  router.openapi(rotateCallbackSecret, async (c) => {
    const { sourceId, endpointId } = c.req.valid("param");
    const { overlapSeconds } = c.req.valid("json");
    const rotated = await service.rotateCallbackSecret(c.get("ctx"), sourceId, endpointId, overlapSeconds);
    return c.json({ ...toCallbackEndpoint(rotated), secret: rotated.secret }, 201);
  });

  router.openapi(testCallbackEndpoint, async (c) => {
    const { sourceId, endpointId } = c.req.valid("param");
    const { verdict, attempt } = await service.testCallbackEndpoint(c.get("ctx"), sourceId, endpointId);
    return c.json({ isReceived: verdict.isReceived, attempt }, 200);
  });

  return router;
}
