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
  PreviewSegmentBody,
  SaveSegmentBody,
  Segment,
  SegmentPage,
  SegmentParam,
  SegmentPreview,
  toSegment,
} from "./segment.schemas.ts";
import type { SegmentService } from "./segment.service.ts";

const tags = ["Segments"];

const createSegment = createRoute({
  method: "post",
  path: "/v1/segments",
  operationId: "createSegment",
  tags,
  summary: "Save a rule as a segment",
  ...access("create", "Segment"),
  request: { body: jsonBody(SaveSegmentBody) },
  responses: { 201: json(Segment, "The new segment"), ...problems(400, 409, 413, 415) },
});

const listSegments = createRoute({
  method: "get",
  path: "/v1/segments",
  operationId: "listSegments",
  tags,
  summary: "List segments by name",
  ...access("read", "Segment"),
  request: { query: fields.pageQuery },
  responses: { 200: json(SegmentPage, "A page of segments"), ...problems() },
});

const getSegment = createRoute({
  method: "get",
  path: "/v1/segments/{segmentId}",
  operationId: "getSegment",
  tags,
  summary: "Read a segment",
  ...access("read", "Segment"),
  request: { params: SegmentParam },
  responses: { 200: json(Segment, "The segment"), ...problems(404) },
});

const saveSegment = createRoute({
  method: "put",
  path: "/v1/segments/{segmentId}",
  operationId: "saveSegment",
  tags,
  summary: "Give a segment another name or rule; messages accepted before keep theirs",
  ...access("update", "Segment"),
  request: { params: SegmentParam, body: jsonBody(SaveSegmentBody) },
  responses: { 200: json(Segment, "The segment as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteSegment = createRoute({
  method: "delete",
  path: "/v1/segments/{segmentId}",
  operationId: "deleteSegment",
  tags,
  summary: "Delete a segment; messages and series accepted with it keep their rule",
  ...access("delete", "Segment"),
  request: { params: SegmentParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

const previewSegment = createRoute({
  method: "post",
  path: "/v1/segment-previews",
  operationId: "previewSegment",
  tags,
  summary: "Count the users of a rule without saving it",
  ...access("read", "Segment"),
  request: { body: jsonBody(PreviewSegmentBody) },
  responses: { 200: json(SegmentPreview, "How many users match now"), ...problems(400, 413, 415) },
});

export function segmentRoutes(service: SegmentService): Router {
  const router = createRouter();

  router.openapi(createSegment, async (c) => {
    const segment = await service.createSegment(c.get("ctx"), c.req.valid("json"));
    return c.json(toSegment(segment), 201);
  });

  router.openapi(listSegments, async (c) => {
    const page = await service.listSegments(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toSegment) }, 200);
  });

  router.openapi(getSegment, async (c) => {
    const segment = await service.getSegment(c.get("ctx"), c.req.valid("param").segmentId);
    return c.json(toSegment(segment), 200);
  });

  router.openapi(saveSegment, async (c) => {
    const { segmentId } = c.req.valid("param");
    const segment = await service.saveSegment(c.get("ctx"), segmentId, c.req.valid("json"));
    return c.json(toSegment(segment), 200);
  });

  router.openapi(deleteSegment, async (c) => {
    await service.deleteSegment(c.get("ctx"), c.req.valid("param").segmentId);
    return c.body(null, 204);
  });

  router.openapi(previewSegment, async (c) => {
    const preview = await service.previewSegment(c.get("ctx"), c.req.valid("json").rule);
    return c.json(preview, 200);
  });

  return router;
}
