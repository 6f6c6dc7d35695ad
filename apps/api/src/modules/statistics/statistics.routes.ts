import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import { Funnel, FunnelQuery, ReasonList, StatisticsQuery, toFunnel } from "./statistics.schemas.ts";
import type { StatisticsService } from "./statistics.service.ts";

const tags = ["Statistics"];

const getFunnel = createRoute({
  method: "get",
  path: "/v1/statistics/funnel",
  operationId: "getFunnel",
  tags,
  summary: "Count deliveries from targeted to read, by day, source, channel or template",
  ...access("read", "Statistics"),
  request: { query: FunnelQuery },
  responses: { 200: json(Funnel, "The counts and their sums"), ...problems(404) },
});

const listReasons = createRoute({
  method: "get",
  path: "/v1/statistics/reasons",
  operationId: "listReasons",
  tags,
  summary: "Count why deliveries were suppressed, failed or did not arrive",
  ...access("read", "Statistics"),
  request: { query: StatisticsQuery },
  responses: { 200: json(ReasonList, "The reasons, the most frequent first"), ...problems(404) },
});

export function statisticsRoutes(service: StatisticsService): Router {
  const router = createRouter();

  router.openapi(getFunnel, async (c) => {
    const funnel = await service.getFunnel(c.get("ctx"), c.req.valid("query"));
    return c.json(toFunnel(funnel), 200);
  });

  router.openapi(listReasons, async (c) => {
    const reasons = await service.listReasons(c.get("ctx"), c.req.valid("query"));
    return c.json({ items: reasons.map(({ measure, reason, count }) => ({ measure, reason, count })) }, 200);
  });

  return router;
}
