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
  CreateSourceBody,
  GrantParam,
  Source,
  SourcePage,
  SourceParam,
  toSource,
  UpdateSourceBody,
} from "./source.schemas.ts";
import type { SourceService } from "./source.service.ts";

const tags = ["Sources"];

const createSource = createRoute({
  method: "post",
  path: "/v1/sources",
  operationId: "createSource",
  tags,
  summary: "Create a source",
  ...access("create", "Source"),
  request: { body: jsonBody(CreateSourceBody) },
  responses: { 201: json(Source, "The new source"), ...problems(400, 409, 413, 415) },
});

const listSources = createRoute({
  method: "get",
  path: "/v1/sources",
  operationId: "listSources",
  tags,
  summary: "List sources",
  ...access("read", "Source"),
  request: { query: fields.pageQuery },
  responses: { 200: json(SourcePage, "A page of sources"), ...problems() },
});

const getSource = createRoute({
  method: "get",
  path: "/v1/sources/{sourceId}",
  operationId: "getSource",
  tags,
  summary: "Read a source",
  ...access("read", "Source"),
  request: { params: SourceParam },
  responses: { 200: json(Source, "The source"), ...problems(404) },
});

const updateSource = createRoute({
  method: "patch",
  path: "/v1/sources/{sourceId}",
  operationId: "updateSource",
  tags,
  summary: "Rename a source or switch it on or off",
  ...access("update", "Source"),
  request: { params: SourceParam, body: jsonBody(UpdateSourceBody) },
  responses: { 200: json(Source, "The source as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteSource = createRoute({
  method: "delete",
  path: "/v1/sources/{sourceId}",
  operationId: "deleteSource",
  tags,
  summary: "Delete a source with its keys and grants",
  ...access("delete", "Source"),
  request: { params: SourceParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

const grantChannel = createRoute({
  method: "put",
  path: "/v1/sources/{sourceId}/channels/{channelId}",
  operationId: "grantChannel",
  tags,
  summary: "Allow a source to use a channel",
  ...access("update", "Source"),
  request: { params: GrantParam },
  responses: { 200: json(Source, "The source with its grants"), ...problems(404) },
});

const revokeChannel = createRoute({
  method: "delete",
  path: "/v1/sources/{sourceId}/channels/{channelId}",
  operationId: "revokeChannel",
  tags,
  summary: "Take a channel away from a source",
  ...access("update", "Source"),
  request: { params: GrantParam },
  responses: { 204: { description: "Revoked" }, ...problems(404) },
});

export function sourceRoutes(service: SourceService): Router {
  const router = createRouter();

  router.openapi(createSource, async (c) => {
    const source = await service.createSource(c.get("ctx"), c.req.valid("json"));
    return c.json(toSource(source), 201);
  });

  router.openapi(listSources, async (c) => {
    const page = await service.listSources(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toSource) }, 200);
  });

  router.openapi(getSource, async (c) => {
    const source = await service.getSource(c.get("ctx"), c.req.valid("param").sourceId);
    return c.json(toSource(source), 200);
  });

  router.openapi(updateSource, async (c) => {
    const source = await service.updateSource(
      c.get("ctx"),
      c.req.valid("param").sourceId,
      c.req.valid("json"),
    );
    return c.json(toSource(source), 200);
  });

  router.openapi(deleteSource, async (c) => {
    await service.deleteSource(c.get("ctx"), c.req.valid("param").sourceId);
    return c.body(null, 204);
  });

  router.openapi(grantChannel, async (c) => {
    const { sourceId, channelId } = c.req.valid("param");
    const source = await service.grantChannel(c.get("ctx"), sourceId, channelId);
    return c.json(toSource(source), 200);
  });

  router.openapi(revokeChannel, async (c) => {
    const { sourceId, channelId } = c.req.valid("param");
    await service.revokeChannel(c.get("ctx"), sourceId, channelId);
    return c.body(null, 204);
  });

  return router;
}
