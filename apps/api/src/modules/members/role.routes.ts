import {
  access,
  createRoute,
  createRouter,
  fields,
  json,
  problems,
  type Router,
  z,
} from "../../platform/http/index.ts";
import type { RoleRow } from "./role.repository.ts";
import type { RoleService } from "./role.service.ts";
import { PermissionRule } from "./session.schemas.ts";

const Role = z
  .object({
    id: fields.id("role"),
    code: z.string(),
    name: z.string(),
    permissions: z.array(PermissionRule),
  })
  .openapi("Role");

const RoleList = z.object({ items: z.array(Role) }).openapi("RoleList");

const listRoles = createRoute({
  method: "get",
  path: "/v1/roles",
  operationId: "listRoles",
  tags: ["Members"],
  summary: "List the roles that a member can have",
  ...access("read", "Role"),
  responses: { 200: json(RoleList, "The roles, oldest first"), ...problems() },
});

export function roleRoutes(service: RoleService): Router {
  const router = createRouter();

  router.openapi(listRoles, async (c) => {
    const roles = await service.listRoles(c.get("ctx"));
    return c.json({ items: roles.map(toRole) }, 200);
  });

  return router;
}

function toRole({ id, code, name, permissions }: RoleRow): z.infer<typeof Role> {
  return { id, code, name, permissions: permissions.map(({ action, subject }) => ({ action, subject })) };
}
