import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import { MAX_LIVE_KEYS } from "./api-key.rules.ts";
import type { ApiKeyService } from "./api-key.service.ts";
import {
  ApiKeyList,
  ApiKeyParam,
  NewApiKey,
  RotateApiKeyBody,
  SourceParam,
  toApiKey,
} from "./source.schemas.ts";

const tags = ["Sources"];

const listApiKeys = createRoute({
  method: "get",
  path: "/v1/sources/{sourceId}/api-keys",
  operationId: "listApiKeys",
  tags,
  summary: "List a source's API keys, without the keys themselves",
  ...access("read", "Source"),
  request: { params: SourceParam },
  responses: { 200: json(ApiKeyList, "The keys, oldest first"), ...problems(404) },
});

const createApiKey = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/api-keys",
  operationId: "createApiKey",
  tags,
  summary: "Create an API key; it is shown this once",
  ...access("update", "Source"),
  request: { params: SourceParam },
  responses: { 201: json(NewApiKey, "The new key"), ...problems(404, 409) },
});

const rotateApiKey = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/api-keys/{apiKeyId}/rotations",
  operationId: "rotateApiKey",
  tags,
  summary: "Replace an API key; the old one works on for the overlap",
  ...access("update", "Source"),
  request: { params: ApiKeyParam, body: jsonBody(RotateApiKeyBody) },
  responses: { 201: json(NewApiKey, "The new key"), ...problems(400, 404, 409, 413, 415) },
});

const revokeApiKey = createRoute({
  method: "delete",
  path: "/v1/sources/{sourceId}/api-keys/{apiKeyId}",
  operationId: "revokeApiKey",
  tags,
  summary: "Revoke an API key at once",
  ...access("update", "Source"),
  request: { params: ApiKeyParam },
  responses: { 204: { description: "Revoked" }, ...problems(404) },
});

export function apiKeyRoutes(service: ApiKeyService): Router {
  const router = createRouter();

  router.openapi(listApiKeys, async (c) => {
    const keys = await service.listApiKeys(c.get("ctx"), c.req.valid("param").sourceId);
    return c.json({ items: keys.map(toApiKey), maxLiveCount: MAX_LIVE_KEYS }, 200);
  });

  router.openapi(createApiKey, async (c) => {
    const created = await service.createApiKey(c.get("ctx"), c.req.valid("param").sourceId);
    return c.json({ ...toApiKey(created), key: created.key }, 201);
  });

  router.openapi(rotateApiKey, async (c) => {
    const { sourceId, apiKeyId } = c.req.valid("param");
    const { overlapSeconds } = c.req.valid("json");
    const created = await service.rotateApiKey(c.get("ctx"), sourceId, apiKeyId, overlapSeconds);
    return c.json({ ...toApiKey(created), key: created.key }, 201);
  });

  router.openapi(revokeApiKey, async (c) => {
    const { sourceId, apiKeyId } = c.req.valid("param");
    await service.revokeApiKey(c.get("ctx"), sourceId, apiKeyId);
    return c.body(null, 204);
  });

  return router;
}
