import {
  createRoute,
  createRouter,
  json,
  jsonBody,
  memberAccess,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import {
  CreatePublisherBody,
  Publisher,
  PublisherList,
  PublisherParam,
  toPublisher,
} from "./publisher.schemas.ts";
import type { PublisherService } from "./publisher.service.ts";

const tags = ["Publishers"];

const createPublisher = createRoute({
  method: "post",
  path: "/v1/publishers",
  operationId: "createPublisher",
  tags,
  summary: "Become a publisher of plugins",
  ...memberAccess,
  request: { body: jsonBody(CreatePublisherBody) },
  responses: { 201: json(Publisher, "The new publisher"), ...problems(400, 409, 413, 415) },
});

const listPublishers = createRoute({
  method: "get",
  path: "/v1/publishers",
  operationId: "listPublishers",
  tags,
  summary: "List the publishers that one's login may act for",
  ...memberAccess,
  responses: { 200: json(PublisherList, "The publishers, by slug"), ...problems() },
});

const getPublisher = createRoute({
  method: "get",
  path: "/v1/publishers/{slug}",
  operationId: "getPublisher",
  tags,
  summary: "Read a publisher of one's own",
  ...memberAccess,
  request: { params: PublisherParam },
  responses: { 200: json(Publisher, "The publisher"), ...problems(404) },
});

export function publisherRoutes(service: PublisherService): Router {
  const router = createRouter();

  router.openapi(createPublisher, async (c) => {
    const publisher = await service.createPublisher(c.get("ctx"), c.req.valid("json"));
    return c.json(toPublisher(publisher), 201);
  });

  router.openapi(listPublishers, async (c) => {
    const publishers = await service.listPublishers(c.get("ctx"));
    return c.json({ items: publishers.map(toPublisher) }, 200);
  });

  router.openapi(getPublisher, async (c) => {
    const publisher = await service.getPublisher(c.get("ctx"), c.req.valid("param").slug);
    return c.json(toPublisher(publisher), 200);
  });

  return router;
}
