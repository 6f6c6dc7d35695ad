import {
  access,
  createRoute,
  createRouter,
  fields,
  json,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  AudienceFile,
  AudienceFileBody,
  AudienceFileDetail,
  AudienceFilePage,
  AudienceFileParam,
  toAudienceFile,
  toAudienceFileDetail,
  UploadQuery,
} from "./audience-file.schemas.ts";
import type { AudienceFileService } from "./audience-file.service.ts";
import type { UploadAudienceFile } from "./upload-audience-file.ts";

const tags = ["Audience files"];

const uploadAudienceFile = createRoute({
  method: "post",
  path: "/v1/audience-files",
  operationId: "uploadAudienceFile",
  tags,
  summary: "Upload a list of recipients; bad rows are reported by line, the others go",
  ...access("send", "Message"),
  request: { query: UploadQuery, body: { required: true, content: AudienceFileBody } },
  responses: { 201: json(AudienceFile, "What the file has come to"), ...problems(400, 409, 413, 415) },
});

const listAudienceFiles = createRoute({
  method: "get",
  path: "/v1/audience-files",
  operationId: "listAudienceFiles",
  tags,
  summary: "List the files that a message may go to, newest first",
  ...access("read", "Message"),
  request: { query: fields.pageQuery },
  responses: { 200: json(AudienceFilePage, "A page of files"), ...problems() },
});

const getAudienceFile = createRoute({
  method: "get",
  path: "/v1/audience-files/{fileId}",
  operationId: "getAudienceFile",
  tags,
  summary: "Read what is known of a file, with its first rows",
  ...access("read", "Message"),
  request: { params: AudienceFileParam },
  responses: { 200: json(AudienceFileDetail, "The file"), ...problems(404) },
});

const deleteAudienceFile = createRoute({
  method: "delete",
  path: "/v1/audience-files/{fileId}",
  operationId: "deleteAudienceFile",
  tags,
  summary: "Delete a file; a message that was accepted with it still gets its rows",
  ...access("send", "Message"),
  request: { params: AudienceFileParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

/** The upload is no JSON: these routes stand before the guard of JSON bodies. */
export function audienceFileRoutes(upload: UploadAudienceFile, service: AudienceFileService): Router {
  const router = createRouter();

  router.openapi(uploadAudienceFile, async (c) => {
    const { name, kind } = c.req.valid("query");
    const contentType = c.req.header("content-type");
    const body = (c.req.raw.body ?? []) as unknown as AsyncIterable<Uint8Array>;
    const file = await upload(c.get("ctx"), { name, channelKind: kind, contentType, body });
    return c.json(toAudienceFile(file), 201);
  });

  router.openapi(listAudienceFiles, async (c) => {
    const page = await service.listAudienceFiles(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toAudienceFile) }, 200);
  });

  router.openapi(getAudienceFile, async (c) => {
    const file = await service.getAudienceFile(c.get("ctx"), c.req.valid("param").fileId);
    return c.json(toAudienceFileDetail(file), 200);
  });

  router.openapi(deleteAudienceFile, async (c) => {
    await service.deleteAudienceFile(c.get("ctx"), c.req.valid("param").fileId);
    return c.body(null, 204);
  });

  return router;
}
