import { ProblemError } from "../../platform/errors.ts";
import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  BulkUser,
  CreateUserBody,
  readBulkUser,
  SaveUserBody,
  SaveUsersBody,
  SaveUsersResult,
  toSaveUsersResult,
  toUser,
  User,
  UserPage,
  UserParam,
  UserQuery,
} from "./user.schemas.ts";
import type { UserService } from "./user.service.ts";

const tags = ["Users"];

const createUser = createRoute({
  method: "post",
  path: "/v1/users",
  operationId: "createUser",
  tags,
  summary: "Create a user",
  ...access("create", "User"),
  request: { body: jsonBody(CreateUserBody) },
  responses: { 201: json(User, "The new user"), ...problems(400, 409, 413, 415) },
});

const saveUsers = createRoute({
  method: "post",
  path: "/v1/users/bulk",
  operationId: "saveUsers",
  tags,
  summary: "Create or complete up to 1,000 users; a wrong one fails alone",
  ...access("create", "User"),
  request: { body: jsonBody(SaveUsersBody) },
  responses: { 200: json(SaveUsersResult, "What became of each user"), ...problems(400, 413, 415) },
});

const listUsers = createRoute({
  method: "get",
  path: "/v1/users",
  operationId: "listUsers",
  tags,
  summary: "List users",
  ...access("read", "User"),
  request: { query: UserQuery },
  responses: { 200: json(UserPage, "A page of users"), ...problems() },
});

const getUser = createRoute({
  method: "get",
  path: "/v1/users/{userId}",
  operationId: "getUser",
  tags,
  summary: "Read a user by the tenant's own id",
  ...access("read", "User"),
  request: { params: UserParam },
  responses: { 200: json(User, "The user"), ...problems(404) },
});

const saveUser = createRoute({
  method: "put",
  path: "/v1/users/{userId}",
  operationId: "saveUser",
  tags,
  summary: "Create a user, or complete what is known of it",
  ...access("update", "User"),
  request: { params: UserParam, body: jsonBody(SaveUserBody) },
  responses: { 200: json(User, "The user as it is now"), ...problems(400, 409, 413, 415) },
});

const deleteUser = createRoute({
  method: "delete",
  path: "/v1/users/{userId}",
  operationId: "deleteUser",
  tags,
  summary: "Delete a user with its identities",
  ...access("delete", "User"),
  request: { params: UserParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

export function userRoutes(service: UserService): Router {
  const router = createRouter();
  router.openAPIRegistry.register("BulkUser", BulkUser);

  router.openapi(createUser, async (c) => {
    const user = await service.createUser(c.get("ctx"), c.req.valid("json"));
    return c.json(toUser(user), 201);
  });

  router.openapi(saveUsers, async (c) => {
    const items = c.req.valid("json").users.map(readBulkUser);
    const inputs = items.flatMap((item) => (item instanceof ProblemError ? [] : [item]));
    const outcomes = await service.saveUsers(c.get("ctx"), inputs);
    return c.json(toSaveUsersResult(items, outcomes), 200);
  });

  router.openapi(listUsers, async (c) => {
    const page = await service.listUsers(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toUser) }, 200);
  });

  router.openapi(getUser, async (c) => {
    const user = await service.getUser(c.get("ctx"), c.req.valid("param").userId);
    return c.json(toUser(user), 200);
  });

  router.openapi(saveUser, async (c) => {
    const input = { ...c.req.valid("json"), userId: c.req.valid("param").userId };
    const user = await service.saveUser(c.get("ctx"), input);
    return c.json(toUser(user), 200);
  });

  router.openapi(deleteUser, async (c) => {
    await service.deleteUser(c.get("ctx"), c.req.valid("param").userId);
    return c.body(null, 204);
  });

  return router;
}
