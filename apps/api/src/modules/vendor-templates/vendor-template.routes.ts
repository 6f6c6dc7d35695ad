import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import {
  toSync,
  toVendorTemplatePage,
  VendorTemplatePage,
  VendorTemplateParam,
  VendorTemplateQuery,
  VendorTemplateSync,
} from "./vendor-template.schemas.ts";
import type { VendorTemplateService } from "./vendor-template.service.ts";

const tags = ["Channels"];

const listVendorTemplates = createRoute({
  method: "get",
  path: "/v1/channels/{channelId}/vendor-templates",
  operationId: "listVendorTemplates",
  tags,
  summary: "List the vendor's signatures and templates, as they were when they were last read",
  ...access("read", "Channel"),
  request: { params: VendorTemplateParam, query: VendorTemplateQuery },
  responses: { 200: json(VendorTemplatePage, "A page of signatures and templates"), ...problems(404) },
});

const syncVendorTemplates = createRoute({
  method: "post",
  path: "/v1/channels/{channelId}/vendor-templates/sync",
  operationId: "syncVendorTemplates",
  tags,
  summary: "Read the vendor's signatures and templates now",
  description:
    "Answers 200 with `failure` where the vendor's list could not be read; what was kept stays then.",
  ...access("update", "Template"),
  request: { params: VendorTemplateParam },
  responses: { 200: json(VendorTemplateSync, "How it ended"), ...problems(404, 409) },
});

export function vendorTemplateRoutes(service: VendorTemplateService): Router {
  const router = createRouter();

  router.openapi(listVendorTemplates, async (c) => {
    const { channelId } = c.req.valid("param");
    const page = await service.listVendorTemplates(c.get("ctx"), channelId, c.req.valid("query"));
    return c.json(toVendorTemplatePage(page), 200);
  });

  router.openapi(syncVendorTemplates, async (c) => {
    const sync = await service.syncVendorTemplates(c.get("ctx"), c.req.valid("param").channelId);
    return c.json(toSync(sync), 200);
  });

  return router;
}
