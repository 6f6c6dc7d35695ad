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
import { UserParam } from "../users/index.ts";
import {
  QuietHours,
  SaveQuietHoursBody,
  TenantQuietHours,
  toTenantQuietHours,
  toUserQuietHours,
  UserQuietHours,
} from "./quiet-hours.schemas.ts";
import type { QuietHoursService } from "./quiet-hours.service.ts";

const tags = ["Quiet hours"];

const getQuietHours = createRoute({
  method: "get",
  path: "/v1/quiet-hours",
  operationId: "getQuietHours",
  tags,
  summary: "Read when the tenant's users are not to be disturbed, and whether that is now",
  ...tenantAccess,
  responses: { 200: json(TenantQuietHours, "The quiet hours"), ...problems() },
});

const saveQuietHours = createRoute({
  method: "put",
  path: "/v1/quiet-hours",
  operationId: "saveQuietHours",
  tags,
  summary: "Set when the tenant's users are not to be disturbed; what waits is judged again",
  ...access("update", "Tenant"),
  request: { body: jsonBody(SaveQuietHoursBody) },
  responses: { 200: json(TenantQuietHours, "The quiet hours as they are now"), ...problems(400, 413, 415) },
});

const getUserQuietHours = createRoute({
  method: "get",
  path: "/v1/users/{userId}/quiet-hours",
  operationId: "getUserQuietHours",
  tags,
  summary: "Read a user's own quiet hours",
  ...access("read", "User"),
  request: { params: UserParam },
  responses: { 200: json(UserQuietHours, "The user's own quiet hours, if any"), ...problems(404) },
});

const saveUserQuietHours = createRoute({
  method: "put",
  path: "/v1/users/{userId}/quiet-hours",
  operationId: "saveUserQuietHours",
  tags,
  summary: "Give a user quiet hours in the place of the tenant's",
  ...access("update", "User"),
  request: { params: UserParam, body: jsonBody(QuietHours) },
  responses: {
    200: json(UserQuietHours, "The user's own quiet hours"),
    ...problems(400, 404, 409, 413, 415),
  },
});

const deleteUserQuietHours = createRoute({
  method: "delete",
  path: "/v1/users/{userId}/quiet-hours",
  operationId: "deleteUserQuietHours",
  tags,
  summary: "Let the tenant's quiet hours hold for a user again",
  ...access("update", "User"),
  request: { params: UserParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

export function quietHoursRoutes(service: QuietHoursService): Router {
  const router = createRouter();

  router.openapi(getQuietHours, async (c) =>
    c.json(toTenantQuietHours(await service.getQuietHours(c.get("ctx"))), 200),
  );

  router.openapi(saveQuietHours, async (c) => {
    const saved = await service.saveQuietHours(c.get("ctx"), c.req.valid("json"));
    return c.json(toTenantQuietHours(saved), 200);
  });

  router.openapi(getUserQuietHours, async (c) => {
    const own = await service.getUserQuietHours(c.get("ctx"), c.req.valid("param").userId);
    return c.json(toUserQuietHours(own), 200);
  });

  router.openapi(saveUserQuietHours, async (c) => {
    const { userId } = c.req.valid("param");
    const own = await service.saveUserQuietHours(c.get("ctx"), userId, c.req.valid("json"));
    return c.json(toUserQuietHours(own), 200);
  });

  router.openapi(deleteUserQuietHours, async (c) => {
    await service.deleteUserQuietHours(c.get("ctx"), c.req.valid("param").userId);
    return c.body(null, 204);
  });

  return router;
}
