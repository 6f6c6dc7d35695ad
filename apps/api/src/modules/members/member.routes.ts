import {
  access,
  createRoute,
  createRouter,
  fields,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  CreateMemberBody,
  Member,
  MemberPage,
  MemberParam,
  toMember,
  UpdateMemberBody,
} from "./member.schemas.ts";
import type { MemberService } from "./member.service.ts";

const tags = ["Members"];

const createMember = createRoute({
  method: "post",
  path: "/v1/members",
  operationId: "createMember",
  tags,
  summary: "Add a member; the email gets a login if it has none",
  ...access("create", "Member"),
  request: { body: jsonBody(CreateMemberBody) },
  responses: { 201: json(Member, "The new member"), ...problems(400, 409, 413, 415) },
});

const listMembers = createRoute({
  method: "get",
  path: "/v1/members",
  operationId: "listMembers",
  tags,
  summary: "List members",
  ...access("read", "Member"),
  request: { query: fields.pageQuery },
  responses: { 200: json(MemberPage, "A page of members"), ...problems() },
});

const getMember = createRoute({
  method: "get",
  path: "/v1/members/{memberId}",
  operationId: "getMember",
  tags,
  summary: "Read a member",
  ...access("read", "Member"),
  request: { params: MemberParam },
  responses: { 200: json(Member, "The member"), ...problems(404) },
});

const updateMember = createRoute({
  method: "patch",
  path: "/v1/members/{memberId}",
  operationId: "updateMember",
  tags,
  summary: "Rename a member, give another role, disable or enable",
  ...access("update", "Member"),
  request: { params: MemberParam, body: jsonBody(UpdateMemberBody) },
  responses: { 200: json(Member, "The member as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteMember = createRoute({
  method: "delete",
  path: "/v1/members/{memberId}",
  operationId: "deleteMember",
  tags,
  summary: "Remove a member from the tenant; the login itself stays",
  ...access("delete", "Member"),
  request: { params: MemberParam },
  responses: { 204: { description: "Removed" }, ...problems(404, 409) },
});

export function memberRoutes(service: MemberService): Router {
  const router = createRouter();

  router.openapi(createMember, async (c) => {
    const member = await service.createMember(c.get("ctx"), c.req.valid("json"));
    return c.json(toMember(member), 201);
  });

  router.openapi(listMembers, async (c) => {
    const page = await service.listMembers(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toMember) }, 200);
  });

  router.openapi(getMember, async (c) => {
    const member = await service.getMember(c.get("ctx"), c.req.valid("param").memberId);
    return c.json(toMember(member), 200);
  });

  router.openapi(updateMember, async (c) => {
    const member = await service.updateMember(
      c.get("ctx"),
      c.req.valid("param").memberId,
      c.req.valid("json"),
    );
    return c.json(toMember(member), 200);
  });

  router.openapi(deleteMember, async (c) => {
    await service.deleteMember(c.get("ctx"), c.req.valid("param").memberId);
    return c.body(null, 204);
  });

  return router;
}
