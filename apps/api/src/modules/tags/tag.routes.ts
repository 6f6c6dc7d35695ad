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
import { Tag, TagBody, TagPage, TagParam, toTag } from "./tag.schemas.ts";
import type { TagService } from "./tag.service.ts";

const tags = ["Tags"];

const createTag = createRoute({
  method: "post",
  path: "/v1/tags",
  operationId: "createTag",
  tags,
  summary: "Create a tag",
  ...access("create", "Tag"),
  request: { body: jsonBody(TagBody) },
  responses: { 201: json(Tag, "The new tag"), ...problems(400, 409, 413, 415) },
});

const listTags = createRoute({
  method: "get",
  path: "/v1/tags",
  operationId: "listTags",
  tags,
  summary: "List tags by name",
  ...access("read", "Tag"),
  request: { query: fields.pageQuery },
  responses: { 200: json(TagPage, "A page of tags"), ...problems() },
});

const renameTag = createRoute({
  method: "patch",
  path: "/v1/tags/{tagId}",
  operationId: "renameTag",
  tags,
  summary: "Rename a tag",
  ...access("update", "Tag"),
  request: { params: TagParam, body: jsonBody(TagBody) },
  responses: { 200: json(Tag, "The tag as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteTag = createRoute({
  method: "delete",
  path: "/v1/tags/{tagId}",
  operationId: "deleteTag",
  tags,
  summary: "Delete a tag and take it off its users; refused while a message or series is still to go by it",
  ...access("delete", "Tag"),
  request: { params: TagParam },
  responses: { 204: { description: "Deleted" }, ...problems(404, 409) },
});

export function tagRoutes(service: TagService): Router {
  const router = createRouter();

  router.openapi(createTag, async (c) => {
    const tag = await service.createTag(c.get("ctx"), c.req.valid("json").name);
    return c.json(toTag(tag), 201);
  });

  router.openapi(listTags, async (c) => {
    const page = await service.listTags(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toTag) }, 200);
  });

  router.openapi(renameTag, async (c) => {
    const tag = await service.renameTag(c.get("ctx"), c.req.valid("param").tagId, c.req.valid("json").name);
    return c.json(toTag(tag), 200);
  });

  router.openapi(deleteTag, async (c) => {
    await service.deleteTag(c.get("ctx"), c.req.valid("param").tagId);
    return c.body(null, 204);
  });

  return router;
}
