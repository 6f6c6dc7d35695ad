import type { Context } from "hono";
import { unauthenticated } from "../../platform/errors.ts";
import {
  type AppEnv,
  createRoute,
  createRouter,
  json,
  jsonBody,
  memberAccess,
  problems,
  publicAccess,
  type Router,
} from "../../platform/http/index.ts";
import { ChangePasswordBody, CreateSessionBody, Me, SwitchTenantBody, toMe } from "./session.schemas.ts";
import { memberOf, type SessionService } from "./session.service.ts";
import type { SessionCookie } from "./session-cookie.ts";

const tags = ["Session"];

const createSession = createRoute({
  method: "post",
  path: "/v1/session",
  operationId: "createSession",
  tags,
  summary: "Sign in to the console; the answer sets the session's cookie",
  ...publicAccess,
  request: { body: jsonBody(CreateSessionBody) },
  responses: { 201: json(Me, "Who is signed in"), ...problems(400, 413, 415, 429) },
});

const deleteSession = createRoute({
  method: "delete",
  path: "/v1/session",
  operationId: "deleteSession",
  tags,
  summary: "Sign out",
  ...memberAccess,
  responses: { 204: { description: "Signed out" }, ...problems() },
});

const switchTenant = createRoute({
  method: "put",
  path: "/v1/session/tenant",
  operationId: "switchTenant",
  tags,
  summary: "Work in another tenant of the same login",
  ...memberAccess,
  request: { body: jsonBody(SwitchTenantBody) },
  responses: { 200: json(Me, "Who one is there"), ...problems(400, 404, 413, 415) },
});

const getMe = createRoute({
  method: "get",
  path: "/v1/me",
  operationId: "getMe",
  tags,
  summary: "Read who is signed in, where, and what they may do",
  ...memberAccess,
  responses: { 200: json(Me, "Who is signed in"), ...problems() },
});

const changePassword = createRoute({
  method: "put",
  path: "/v1/me/password",
  operationId: "changePassword",
  tags,
  summary: "Change one's password; other sessions end",
  ...memberAccess,
  request: { body: jsonBody(ChangePasswordBody) },
  responses: { 204: { description: "Changed" }, ...problems(400, 413, 415, 429) },
});

export function sessionRoutes(service: SessionService, cookie: SessionCookie): Router {
  const router = createRouter();

  router.openapi(createSession, async (c) => {
    const [requestId, ipAddress] = [c.get("requestId"), c.get("ipAddress")];
    const input = { ...c.req.valid("json"), replacedToken: cookie.read(c) };
    const { token, me } = await service.createSession({ requestId, ipAddress }, input);
    cookie.write(c, token);
    return c.json(toMe(me), 201);
  });

  router.openapi(deleteSession, async (c) => {
    await service.deleteSession(c.get("ctx"), sessionTokenOf(c));
    cookie.clear(c);
    return c.body(null, 204);
  });

  router.openapi(switchTenant, async (c) => {
    const me = await service.switchTenant(c.get("ctx"), sessionTokenOf(c), c.req.valid("json").tenantId);
    return c.json(toMe(me), 200);
  });

  router.openapi(getMe, async (c) => {
    const me = await service.getMe(c.get("ctx"));
    return c.json(toMe(me), 200);
  });

  router.openapi(changePassword, async (c) => {
    await service.changePassword(c.get("ctx"), sessionTokenOf(c), c.req.valid("json"));
    return c.body(null, 204);
  });

  /** A key that comes with a cookie beside it still speaks for its source. */
  function sessionTokenOf(c: Context<AppEnv>): string {
    memberOf(c.get("ctx"));
    const token = cookie.read(c);
    if (!token) throw unauthenticated("Sign in first.");
    return token;
  }

  return router;
}
