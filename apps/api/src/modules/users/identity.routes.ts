import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import type { IdentityService } from "./identity.service.ts";
import type { IdentityScope } from "./user.rules.ts";
import { IdentityParam, IdentityScopeQuery, SetIdentityBody, toUser, User } from "./user.schemas.ts";

const tags = ["Users"];

const setIdentity = createRoute({
  method: "put",
  path: "/v1/users/{userId}/identities/{kind}",
  operationId: "setIdentity",
  tags,
  summary: "Set a user's address of one channel kind and scope",
  ...access("update", "User"),
  request: { params: IdentityParam, body: jsonBody(SetIdentityBody) },
  responses: { 200: json(User, "The user as it is now"), ...problems(400, 404, 413, 415) },
});

const deleteIdentity = createRoute({
  method: "delete",
  path: "/v1/users/{userId}/identities/{kind}",
  operationId: "deleteIdentity",
  tags,
  summary: "Delete a user's address of one channel kind and scope",
  ...access("update", "User"),
  request: { params: IdentityParam, query: IdentityScopeQuery },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

export function identityRoutes(service: IdentityService): Router {
  const router = createRouter();

  router.openapi(setIdentity, async (c) => {
    const { userId, kind } = c.req.valid("param");
    const user = await service.setIdentity(c.get("ctx"), userId, { kind, ...c.req.valid("json") });
    return c.json(toUser(user), 200);
  });

  router.openapi(deleteIdentity, async (c) => {
    const { userId, kind } = c.req.valid("param");
    await service.deleteIdentity(c.get("ctx"), userId, kind, toScope(c.req.valid("query")));
    return c.body(null, 204);
  });

  return router;
}

function toScope({ sourceId, channelId }: { sourceId?: string; channelId?: string }): IdentityScope {
  if (sourceId) return { kind: "source", sourceId };
  return channelId ? { kind: "channel", channelId } : { kind: "all" };
}
