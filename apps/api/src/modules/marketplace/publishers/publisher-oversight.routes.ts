import {
  createRoute,
  createRouter,
  fields,
  json,
  jsonBody,
  operatorAccess,
  problems,
  type Router,
  z,
} from "../../../platform/http/index.ts";
import { Publisher, publisherState, toPublisher } from "./publisher.schemas.ts";
import type { PublisherOversight } from "./publisher-oversight.service.ts";

const tags = ["Marketplace desk"];

const PublisherQuery = fields.pageQuery.extend({ state: publisherState.optional() });
const PublisherPage = fields.pageOf(Publisher).openapi("PublisherPage");
const PublisherIdParam = z.object({ publisherId: fields.id("publisher") });
const ChangePublisherBody = z
  .strictObject({ state: publisherState, reason: fields.line(500) })
  .openapi("ChangePublisher");

const listAllPublishers = createRoute({
  method: "get",
  path: "/v1/operator/publishers",
  operationId: "listAllPublishers",
  tags,
  summary: "List the installation's publishers by slug",
  ...operatorAccess,
  request: { query: PublisherQuery },
  responses: { 200: json(PublisherPage, "A page of publishers"), ...problems() },
});

const changePublisher = createRoute({
  method: "patch",
  path: "/v1/operator/publishers/{publisherId}",
  operationId: "changePublisher",
  tags,
  summary: "Suspend a publisher, or let it submit again",
  ...operatorAccess,
  request: { params: PublisherIdParam, body: jsonBody(ChangePublisherBody) },
  responses: { 200: json(Publisher, "The publisher as it is now"), ...problems(400, 404, 413, 415) },
});

export function publisherOversightRoutes(oversight: PublisherOversight): Router {
  const router = createRouter();

  router.openapi(listAllPublishers, async (c) => {
    const page = await oversight.listPublishers(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toPublisher) }, 200);
  });

  router.openapi(changePublisher, async (c) => {
    const { publisherId } = c.req.valid("param");
    const publisher = await oversight.changePublisher(c.get("ctx"), publisherId, c.req.valid("json"));
    return c.json(toPublisher(publisher), 200);
  });

  return router;
}
