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
  PreviewTemplateBody,
  SaveTemplateVersionBody,
  TemplateParam,
  TemplatePreview,
  TemplateVersion,
  TemplateVersionParam,
  toTemplateVersion,
} from "./template.schemas.ts";
import type { TemplateVersionService } from "./template-version.service.ts";

const tags = ["Templates"];

const saveTemplateVersion = createRoute({
  method: "post",
  path: "/v1/templates/{templateId}/versions",
  operationId: "saveTemplateVersion",
  tags,
  summary: "Create the template's draft, or replace it",
  ...access("update", "Template"),
  request: { params: TemplateParam, body: jsonBody(SaveTemplateVersionBody) },
  responses: { 201: json(TemplateVersion, "The draft"), ...problems(400, 404, 409, 413, 415) },
});

const publishTemplateVersion = createRoute({
  method: "post",
  path: "/v1/templates/{templateId}/versions/{number}/publication",
  operationId: "publishTemplateVersion",
  tags,
  summary: "Publish the draft; what was published before is retired",
  ...access("publish", "Template"),
  request: { params: TemplateVersionParam },
  responses: { 200: json(TemplateVersion, "The published version"), ...problems(404, 409) },
});

const previewTemplate = createRoute({
  method: "post",
  path: "/v1/templates/{templateId}/previews",
  operationId: "previewTemplate",
  tags,
  summary: "Render a version with given values; nothing is sent",
  ...access("read", "Template"),
  request: { params: TemplateParam, body: jsonBody(PreviewTemplateBody) },
  responses: { 200: json(TemplatePreview, "The rendered fields"), ...problems(400, 404, 413, 415) },
});

export function templateVersionRoutes(service: TemplateVersionService): Router {
  const router = createRouter();

  router.openapi(saveTemplateVersion, async (c) => {
    const { templateId } = c.req.valid("param");
    const version = await service.saveTemplateVersion(c.get("ctx"), templateId, c.req.valid("json"));
    return c.json(toTemplateVersion(version), 201);
  });

  router.openapi(publishTemplateVersion, async (c) => {
    const { templateId, number } = c.req.valid("param");
    const version = await service.publishTemplateVersion(c.get("ctx"), templateId, number);
    return c.json(toTemplateVersion(version), 200);
  });

  router.openapi(previewTemplate, async (c) => {
    const { templateId } = c.req.valid("param");
    const preview = await service.previewTemplate(c.get("ctx"), templateId, c.req.valid("json"));
    return c.json(preview, 200);
  });

  return router;
}
