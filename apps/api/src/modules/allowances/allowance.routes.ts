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
  AllowanceParam,
  AllowanceQuery,
  RecipientAllowancePage,
  ReportAllowancesBody,
  ReportAllowancesResult,
  toAllowance,
} from "./allowance.schemas.ts";
import type { AllowanceService } from "./allowance.service.ts";

const tags = ["Channels"];

const listAllowances = createRoute({
  method: "get",
  path: "/v1/channels/{channelId}/allowances",
  operationId: "listAllowances",
  tags,
  summary: "List how many messages recipients still let a channel send, newest first",
  description:
    "Of channels whose vendor takes a message only with a consent that is good for one. A recipient who is not listed is one of whom nothing is known: the vendor decides.",
  ...access("read", "Channel"),
  request: { params: AllowanceParam, query: AllowanceQuery },
  responses: { 200: json(RecipientAllowancePage, "A page of the ledger"), ...problems(404) },
});

const reportAllowances = createRoute({
  method: "post",
  path: "/v1/channels/{channelId}/allowances",
  operationId: "reportAllowances",
  tags,
  summary: "Tell what recipients have allowed, or taken back",
  description:
    "For answers that the vendor does not push, such as those that your own page gets from the vendor's library. Where it does push them, do not tell them as well: they would count twice. Either all changes are recorded or none; each by its `id`, so the call may be repeated.",
  ...access("update", "User"),
  request: { params: AllowanceParam, body: jsonBody(ReportAllowancesBody) },
  responses: {
    200: json(ReportAllowancesResult, "How many were new"),
    ...problems(400, 404, 409, 413, 415),
  },
});

export function allowanceRoutes(service: AllowanceService): Router {
  const router = createRouter();

  router.openapi(listAllowances, async (c) => {
    const ctx = c.get("ctx");
    const page = await service.listAllowances(ctx, c.req.valid("param").channelId, c.req.valid("query"));
    const mayReadAddresses = ctx.ability.can("update", "User");
    return c.json({ ...page, items: page.items.map((row) => toAllowance(row, mayReadAddresses)) }, 200);
  });

  router.openapi(reportAllowances, async (c) => {
    const { channelId } = c.req.valid("param");
    return c.json(await service.reportAllowances(c.get("ctx"), channelId, c.req.valid("json").changes), 200);
  });

  return router;
}
