import { ProblemError } from "../../platform/errors.ts";
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
  CreateSuppressionBody,
  CreateSuppressionsBody,
  CreateSuppressionsResult,
  FoundSuppressions,
  LookUpSuppressionsBody,
  readSuppression,
  Suppression,
  SuppressionPage,
  SuppressionParam,
  SuppressionQuery,
  toCreateSuppressionsResult,
  toSuppression,
} from "./suppression.schemas.ts";
import type { SuppressionService } from "./suppression.service.ts";

const tags = ["Suppressions"];

const listSuppressions = createRoute({
  method: "get",
  path: "/v1/suppressions",
  operationId: "listSuppressions",
  tags,
  summary: "List who nothing is sent to, newest first",
  ...access("read", "Suppression"),
  request: { query: SuppressionQuery },
  responses: { 200: json(SuppressionPage, "A page of entries"), ...problems() },
});

const createSuppression = createRoute({
  method: "post",
  path: "/v1/suppressions",
  operationId: "createSuppression",
  tags,
  summary: "Send nothing more to a user or an address",
  description:
    "An entry of the same recipient, kind and source is replaced. What waits to be sent is stopped too; what a vendor has already is not.",
  ...access("create", "Suppression"),
  request: { body: jsonBody(CreateSuppressionBody) },
  responses: { 201: json(Suppression, "The entry"), ...problems(400, 413, 415) },
});

const createSuppressions = createRoute({
  method: "post",
  path: "/v1/suppression-imports",
  operationId: "createSuppressions",
  tags,
  summary: "Add up to 1,000 entries; a wrong one fails alone",
  ...access("create", "Suppression"),
  request: { body: jsonBody(CreateSuppressionsBody) },
  responses: { 200: json(CreateSuppressionsResult, "What became of each entry"), ...problems(400, 413, 415) },
});

const lookUpSuppressions = createRoute({
  method: "post",
  path: "/v1/suppression-lookups",
  operationId: "lookUpSuppressions",
  tags,
  summary: "Find what keeps messages to a recipient back now",
  description:
    "Of a user also what is entered for its addresses. A body, so that no address stands in a log.",
  ...access("read", "Suppression"),
  request: { body: jsonBody(LookUpSuppressionsBody) },
  responses: { 200: json(FoundSuppressions, "The entries that hold"), ...problems(400, 413, 415) },
});

const deleteSuppression = createRoute({
  method: "delete",
  path: "/v1/suppressions/{suppressionId}",
  operationId: "deleteSuppression",
  tags,
  summary: "Let messages through again",
  ...access("delete", "Suppression"),
  request: { params: SuppressionParam },
  responses: { 204: { description: "Deleted" }, ...problems(404) },
});

export function suppressionRoutes(service: SuppressionService): Router {
  const router = createRouter();

  router.openapi(listSuppressions, async (c) => {
    const ctx = c.get("ctx");
    const page = await service.listSuppressions(ctx, c.req.valid("query"));
    const mayReadAddresses = ctx.ability.can("update", "User");
    return c.json({ ...page, items: page.items.map((row) => toSuppression(row, mayReadAddresses)) }, 200);
  });

  router.openapi(createSuppression, async (c) => {
    const ctx = c.get("ctx");
    const row = await service.createSuppression(ctx, c.req.valid("json"));
    return c.json(toSuppression(row, ctx.ability.can("update", "User")), 201);
  });

  router.openapi(createSuppressions, async (c) => {
    const items = c.req.valid("json").suppressions.map(readSuppression);
    const inputs = items.flatMap((item) => (item instanceof ProblemError ? [] : [item]));
    const outcomes = await service.createSuppressions(c.get("ctx"), inputs);
    return c.json(toCreateSuppressionsResult(items, outcomes), 200);
  });

  router.openapi(lookUpSuppressions, async (c) => {
    const ctx = c.get("ctx");
    const rows = await service.lookUpSuppressions(ctx, c.req.valid("json"));
    const mayReadAddresses = ctx.ability.can("update", "User");
    return c.json({ items: rows.map((row) => toSuppression(row, mayReadAddresses)) }, 200);
  });

  router.openapi(deleteSuppression, async (c) => {
    await service.deleteSuppression(c.get("ctx"), c.req.valid("param").suppressionId);
    return c.body(null, 204);
  });

  return router;
}
