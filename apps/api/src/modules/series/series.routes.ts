import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import { IdempotencyHeader } from "../messages/index.ts";
import type { CreateSeriesUseCase } from "./create-series.ts";
import {
  AcceptedSeries,
  CreateSeriesBody,
  OccurrencePage,
  OccurrenceParam,
  OccurrenceQuery,
  PreviewSeriesBody,
  SeriesDetail,
  SeriesPage,
  SeriesParam,
  SeriesPreview,
  SeriesQuery,
  toAcceptedSeries,
  toOccurrence,
  toSeries,
  toSeriesDetail,
} from "./series.schemas.ts";
import type { SeriesService } from "./series.service.ts";

const tags = ["Series"];

const createSeries = createRoute({
  method: "post",
  path: "/v1/series",
  operationId: "createSeries",
  tags,
  summary: "Send a message again and again, up to a day",
  description:
    "Template version, content and route are pinned now and approved once; whom it reaches is worked out at each occurrence, which becomes an ordinary message. An occurrence that could not begin within ten minutes is missed and not made up for.",
  ...access("send", "Message"),
  request: { headers: IdempotencyHeader, body: jsonBody(CreateSeriesBody) },
  responses: {
    202: json(AcceptedSeries, "Accepted: begins at its time or after approval"),
    ...problems(400, 404, 409, 413, 415),
  },
});

const previewSeries = createRoute({
  method: "post",
  path: "/v1/series/preview",
  operationId: "previewSeries",
  tags,
  summary: "List the first times of a recurring schedule; nothing is stored",
  ...access("send", "Message"),
  request: { body: jsonBody(PreviewSeriesBody) },
  responses: { 200: json(SeriesPreview, "The first times"), ...problems(400, 413, 415) },
});

const listSeries = createRoute({
  method: "get",
  path: "/v1/series",
  operationId: "listSeries",
  tags,
  summary: "List series, newest first",
  ...access("read", "Message"),
  request: { query: SeriesQuery },
  responses: { 200: json(SeriesPage, "A page of series"), ...problems() },
});

const getSeries = createRoute({
  method: "get",
  path: "/v1/series/{seriesId}",
  operationId: "getSeries",
  tags,
  summary: "Read a series with what it says and whom it is for",
  ...access("read", "Message"),
  request: { params: SeriesParam },
  responses: { 200: json(SeriesDetail, "The series"), ...problems(404) },
});

const cancelSeries = createRoute({
  method: "post",
  path: "/v1/series/{seriesId}/cancellation",
  operationId: "cancelSeries",
  tags,
  summary: "Cancel everything that is still to come",
  description: "Messages that have begun go on; each can be cancelled by itself.",
  ...access("send", "Message"),
  request: { params: SeriesParam },
  responses: { 204: { description: "Cancelled" }, ...problems(404, 409) },
});

const listOccurrences = createRoute({
  method: "get",
  path: "/v1/series/{seriesId}/occurrences",
  operationId: "listOccurrences",
  tags,
  summary: "List a series' days in order, with what became of them",
  ...access("read", "Message"),
  request: { params: SeriesParam, query: OccurrenceQuery },
  responses: { 200: json(OccurrencePage, "A page of occurrences"), ...problems(404) },
});

const cancelOccurrence = createRoute({
  method: "post",
  path: "/v1/series/{seriesId}/occurrences/{on}/cancellation",
  operationId: "cancelOccurrence",
  tags,
  summary: "Leave one day out",
  ...access("send", "Message"),
  request: { params: OccurrenceParam },
  responses: { 204: { description: "Cancelled" }, ...problems(404, 409) },
});

export function seriesRoutes(create: CreateSeriesUseCase, service: SeriesService): Router {
  const router = createRouter();

  router.openapi(createSeries, async (c) => {
    const key = c.req.valid("header")["idempotency-key"];
    const accepted = await create(c.get("ctx"), c.req.valid("json"), key);
    if (accepted.replayed) c.header("Idempotency-Replayed", "true");
    return c.json(toAcceptedSeries(accepted), 202);
  });

  router.openapi(previewSeries, (c) => {
    const { next, count } = service.previewSeries(c.get("ctx"), c.req.valid("json").schedule);
    return c.json({ next: next.map(({ on, at }) => ({ on, at: at.toISOString() })), count }, 200);
  });

  router.openapi(listSeries, async (c) => {
    const page = await service.listSeries(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toSeries) }, 200);
  });

  router.openapi(getSeries, async (c) => {
    return c.json(toSeriesDetail(await service.getSeries(c.get("ctx"), c.req.valid("param").seriesId)), 200);
  });

  router.openapi(cancelSeries, async (c) => {
    await service.cancelSeries(c.get("ctx"), c.req.valid("param").seriesId);
    return c.body(null, 204);
  });

  router.openapi(listOccurrences, async (c) => {
    const { seriesId } = c.req.valid("param");
    const page = await service.listOccurrences(c.get("ctx"), seriesId, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toOccurrence) }, 200);
  });

  router.openapi(cancelOccurrence, async (c) => {
    const { seriesId, on } = c.req.valid("param");
    await service.cancelOccurrence(c.get("ctx"), seriesId, on);
    return c.body(null, 204);
  });

  return router;
}
