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
  CreateTemplateBody,
  Template,
  TemplateDetail,
  TemplatePage,
  TemplateParam,
  toTemplate,
  toTemplateVersion,
  UpdateTemplateBody,
} from "./template.schemas.ts";
import type { TemplateService } from "./template.service.ts";

const tags = ["Templates"];

const createTemplate = createRoute({
  method: "post",
  path: "/v1/templates",
  operationId: "createTemplate",
  tags,
  summary: "Create a template, still without a version",
  ...access("create", "Template"),
  request: { body: jsonBody(CreateTemplateBody) },
  responses: { 201: json(Template, "The new template"), ...problems(400, 409, 413, 415) },
});

const listTemplates = createRoute({
  method: "get",
  path: "/v1/templates",
  operationId: "listTemplates",
  tags,
  summary: "List templates",
  ...access("read", "Template"),
  request: { query: fields.pageQuery },
  responses: { 200: json(TemplatePage, "A page of templates"), ...problems() },
});

const getTemplate = createRoute({
  method: "get",
  path: "/v1/templates/{templateId}",
  operationId: "getTemplate",
  tags,
  summary: "Read a template with its latest versions",
  ...access("read", "Template"),
  request: { params: TemplateParam },
  responses: { 200: json(TemplateDetail, "The template"), ...problems(404) },
});

const renameTemplate = createRoute({
  method: "patch",
  path: "/v1/templates/{templateId}",
  operationId: "renameTemplate",
  tags,
  summary: "Rename a template; its code stays",
  ...access("update", "Template"),
  request: { params: TemplateParam, body: jsonBody(UpdateTemplateBody) },
  responses: { 200: json(Template, "The template as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteTemplate = createRoute({
  method: "delete",
  path: "/v1/templates/{templateId}",
  operationId: "deleteTemplate",
  tags,
  summary: "Delete a template that no message was made from",
  ...access("delete", "Template"),
  request: { params: TemplateParam },
  responses: { 204: { description: "Deleted" }, ...problems(404, 409) },
});

export function templateRoutes(service: TemplateService): Router {
  const router = createRouter();

  router.openapi(createTemplate, async (c) => {
    const template = await service.createTemplate(c.get("ctx"), c.req.valid("json"));
    return c.json(toTemplate(template), 201);
  });

  router.openapi(listTemplates, async (c) => {
    const page = await service.listTemplates(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toTemplate) }, 200);
  });

  router.openapi(getTemplate, async (c) => {
    const template = await service.getTemplate(c.get("ctx"), c.req.valid("param").templateId);
    return c.json({ ...toTemplate(template), versions: template.versions.map(toTemplateVersion) }, 200);
  });

  router.openapi(renameTemplate, async (c) => {
    const { templateId } = c.req.valid("param");
    const template = await service.renameTemplate(c.get("ctx"), templateId, c.req.valid("json").name);
    return c.json(toTemplate(template), 200);
  });

  router.openapi(deleteTemplate, async (c) => {
    await service.deleteTemplate(c.get("ctx"), c.req.valid("param").templateId);
    return c.body(null, 204);
  });

  return router;
}
