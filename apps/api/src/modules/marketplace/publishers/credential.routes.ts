import {
  createRoute,
  createRouter,
  json,
  jsonBody,
  memberAccess,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import { MAX_LIVE_PUBLISHER_KEYS, MAX_LIVE_PUBLISHER_TOKENS } from "./publisher.rules.ts";
import {
  AddPublisherKeyBody,
  CreatePublisherTokenBody,
  NewPublisherToken,
  PublisherKey,
  PublisherKeyList,
  PublisherKeyParam,
  PublisherParam,
  PublisherTokenList,
  PublisherTokenParam,
  toPublisherKey,
  toPublisherToken,
} from "./publisher.schemas.ts";
import type { PublisherKeyService } from "./publisher-key.service.ts";
import type { PublisherTokenService } from "./publisher-token.service.ts";

const tags = ["Publishers"];

const listPublisherKeys = createRoute({
  method: "get",
  path: "/v1/publishers/{slug}/keys",
  operationId: "listPublisherKeys",
  tags,
  summary: "List the keys by which a publisher's signatures are checked",
  ...memberAccess,
  request: { params: PublisherParam },
  responses: { 200: json(PublisherKeyList, "The keys, oldest first"), ...problems(404) },
});

const addPublisherKey = createRoute({
  method: "post",
  path: "/v1/publishers/{slug}/keys",
  operationId: "addPublisherKey",
  tags,
  summary: "Register the public half of a signing key",
  ...memberAccess,
  request: { params: PublisherParam, body: jsonBody(AddPublisherKeyBody) },
  responses: { 201: json(PublisherKey, "The key"), ...problems(400, 404, 409, 413, 415) },
});

const revokePublisherKey = createRoute({
  method: "delete",
  path: "/v1/publishers/{slug}/keys/{keyId}",
  operationId: "revokePublisherKey",
  tags,
  summary: "Revoke a key: nothing further that is signed with it is taken",
  ...memberAccess,
  request: { params: PublisherKeyParam },
  responses: { 204: { description: "Revoked" }, ...problems(404) },
});

const listPublisherTokens = createRoute({
  method: "get",
  path: "/v1/publishers/{slug}/tokens",
  operationId: "listPublisherTokens",
  tags,
  summary: "List a publisher's tokens, without the tokens themselves",
  ...memberAccess,
  request: { params: PublisherParam },
  responses: { 200: json(PublisherTokenList, "The tokens, newest first"), ...problems(404) },
});

const createPublisherToken = createRoute({
  method: "post",
  path: "/v1/publishers/{slug}/tokens",
  operationId: "createPublisherToken",
  tags,
  summary: "Create a token for the command line; it is shown this once",
  ...memberAccess,
  request: { params: PublisherParam, body: jsonBody(CreatePublisherTokenBody) },
  responses: { 201: json(NewPublisherToken, "The new token"), ...problems(400, 404, 409, 413, 415) },
});

const revokePublisherToken = createRoute({
  method: "delete",
  path: "/v1/publishers/{slug}/tokens/{tokenId}",
  operationId: "revokePublisherToken",
  tags,
  summary: "Revoke a token at once",
  ...memberAccess,
  request: { params: PublisherTokenParam },
  responses: { 204: { description: "Revoked" }, ...problems(404) },
});

export function publisherCredentialRoutes(keys: PublisherKeyService, tokens: PublisherTokenService): Router {
  const router = createRouter();

  router.openapi(listPublisherKeys, async (c) => {
    const items = await keys.listKeys(c.get("ctx"), c.req.valid("param").slug);
    return c.json({ items: items.map(toPublisherKey), maxLiveCount: MAX_LIVE_PUBLISHER_KEYS }, 200);
  });

  router.openapi(addPublisherKey, async (c) => {
    const raw = Buffer.from(c.req.valid("json").publicKey, "base64");
    const key = await keys.addKey(c.get("ctx"), c.req.valid("param").slug, raw);
    return c.json(toPublisherKey(key), 201);
  });

  router.openapi(revokePublisherKey, async (c) => {
    const { slug, keyId } = c.req.valid("param");
    await keys.revokeKey(c.get("ctx"), slug, keyId);
    return c.body(null, 204);
  });

  router.openapi(listPublisherTokens, async (c) => {
    const items = await tokens.listTokens(c.get("ctx"), c.req.valid("param").slug);
    return c.json({ items: items.map(toPublisherToken), maxLiveCount: MAX_LIVE_PUBLISHER_TOKENS }, 200);
  });

  router.openapi(createPublisherToken, async (c) => {
    const created = await tokens.createToken(c.get("ctx"), c.req.valid("param").slug, c.req.valid("json"));
    return c.json({ ...toPublisherToken(created), token: created.token }, 201);
  });

  router.openapi(revokePublisherToken, async (c) => {
    const { slug, tokenId } = c.req.valid("param");
    await tokens.revokeToken(c.get("ctx"), slug, tokenId);
    return c.body(null, 204);
  });

  return router;
}
