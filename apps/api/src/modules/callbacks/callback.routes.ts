import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import {
  CallbackBody,
  CallbackDetail,
  CallbackPage,
  CallbackParam,
  CallbackQuery,
  CallbackReplay,
  EndpointParam,
  toCallback,
} from "./callback.schemas.ts";
import type { CallbackService } from "./callback.service.ts";

const tags = ["Callbacks"];

const listCallbacks = createRoute({
  method: "get",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}/callbacks",
  operationId: "listCallbacks",
  tags,
  summary: "List an endpoint's calls, newest first",
  description: "Calls that are over are kept for 30 days.",
  ...access("read", "Source"),
  request: { params: EndpointParam, query: CallbackQuery },
  responses: { 200: json(CallbackPage, "A page of calls"), ...problems(404) },
});

const getCallback = createRoute({
  method: "get",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}/callbacks/{callbackId}",
  operationId: "getCallback",
  tags,
  summary: "Read a call with the events that it tells",
  ...access("read", "Source"),
  request: { params: CallbackParam },
  responses: { 200: json(CallbackDetail, "The call"), ...problems(404) },
});

const replayCallback = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}/callbacks/{callbackId}/replays",
  operationId: "replayCallback",
  tags,
  summary: "Make a call again that was given up",
  description: "Under the same id, for another day.",
  ...access("update", "Source"),
  request: { params: CallbackParam },
  responses: { 202: json(CallbackReplay, "It will be made"), ...problems(404, 409) },
});

const replayDeadCallbacks = createRoute({
  method: "post",
  path: "/v1/sources/{sourceId}/callback-endpoints/{endpointId}/replays",
  operationId: "replayDeadCallbacks",
  tags,
  summary: "Make all calls of an endpoint again that were given up",
  description: "Under the same ids, for another day; the oldest 10,000 at once.",
  ...access("update", "Source"),
  request: { params: EndpointParam },
  responses: { 202: json(CallbackReplay, "They will be made"), ...problems(404, 409) },
});

export function callbackRoutes(service: CallbackService): Router {
  const router = createRouter();
  // No route takes it: it is what endpoints are called with.
  router.openAPIRegistry.register("CallbackBody", CallbackBody);

  router.openapi(listCallbacks, async (c) => {
    const { sourceId, endpointId } = c.req.valid("param");
    const page = await service.listCallbacks(c.get("ctx"), sourceId, endpointId, c.req.valid("query"));
    return c.json({ items: page.items.map(toCallback), nextCursor: page.nextCursor }, 200);
  });

  router.openapi(getCallback, async (c) => {
    const { sourceId, endpointId, callbackId } = c.req.valid("param");
    const { callback, events } = await service.getCallback(c.get("ctx"), sourceId, endpointId, callbackId);
    return c.json({ ...toCallback(callback), events }, 200);
  });

  router.openapi(replayCallback, async (c) => {
    const { sourceId, endpointId, callbackId } = c.req.valid("param");
    const count = await service.replayCallback(c.get("ctx"), sourceId, endpointId, callbackId);
    return c.json({ count }, 202);
  });

  router.openapi(replayDeadCallbacks, async (c) => {
    const { sourceId, endpointId } = c.req.valid("param");
    const count = await service.replayDeadCallbacks(c.get("ctx"), sourceId, endpointId);
    return c.json({ count }, 202);
  });

  return router;
}
