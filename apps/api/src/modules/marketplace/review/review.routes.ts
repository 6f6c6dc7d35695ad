import {
  createRoute,
  createRouter,
  json,
  jsonBody,
  operatorAccess,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import type { ListingKey } from "../listings/listing.repository.ts";
import { ListingPage, toListing } from "../listings/listing.schemas.ts";
import type { LabelService } from "./label.service.ts";
import type { ListingDesk } from "./listing-desk.service.ts";
import {
  ChangeLabelsBody,
  ListingDetail,
  ListingFile,
  ListingFileQuery,
  ListingParam,
  ListingQuery,
  ReasonBody,
  ReviewBody,
  toListingDetail,
} from "./review.schemas.ts";
import type { ReviewService } from "./review.service.ts";

const tags = ["Marketplace desk"];
const LISTING = "/v1/operator/listings/{registryId}/{publisher}/{name}/{version}";
const params = ListingParam;

const listListings = createRoute({
  method: "get",
  path: "/v1/operator/listings",
  operationId: "listListings",
  tags,
  summary: "List versions of plugins in all registries, the last submitted first",
  ...operatorAccess,
  request: { query: ListingQuery },
  responses: { 200: json(ListingPage, "A page of listings"), ...problems() },
});

const getListing = createRoute({
  method: "get",
  path: LISTING,
  operationId: "getListing",
  tags,
  summary: "Read a version with report, grants, files and what differs from the one before",
  ...operatorAccess,
  request: { params },
  responses: { 200: json(ListingDetail, "The version"), ...problems(404) },
});

const getListingFile = createRoute({
  method: "get",
  path: `${LISTING}/file`,
  operationId: "getListingFile",
  tags,
  summary: "Read a file of a version, and that of the version before",
  ...operatorAccess,
  request: { params, query: ListingFileQuery },
  responses: { 200: json(ListingFile, "The file as text"), ...problems(404) },
});

const reviewListing = createRoute({
  method: "post",
  path: `${LISTING}/reviews`,
  operationId: "reviewListing",
  tags,
  summary: "Approve or refuse a version; with all its approvals it is listed",
  ...operatorAccess,
  request: { params, body: jsonBody(ReviewBody) },
  responses: { 200: json(ListingDetail, "The version as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const recheckListing = createRoute({
  method: "post",
  path: `${LISTING}/rechecks`,
  operationId: "recheckListing",
  tags,
  summary: "Have a version checked again, and its grade with it",
  ...operatorAccess,
  request: { params },
  responses: { 202: json(ListingDetail, "The version; its report is stale"), ...problems(404, 409) },
});

const changeListingLabels = createRoute({
  method: "patch",
  path: `${LISTING}/labels`,
  operationId: "changeListingLabels",
  tags,
  summary: "Set labels of a version and take some away",
  ...operatorAccess,
  request: { params, body: jsonBody(ChangeLabelsBody) },
  responses: { 200: json(ListingDetail, "The version as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const withdrawListing = createRoute({
  method: "post",
  path: `${LISTING}/withdrawal`,
  operationId: "withdrawListing",
  tags,
  summary: "Take a version off the list; where it runs it goes on",
  ...operatorAccess,
  request: { params, body: jsonBody(ReasonBody) },
  responses: { 200: json(ListingDetail, "The version as it is now"), ...problems(400, 404, 409, 413, 415) },
});

interface Services {
  desk: ListingDesk;
  reviews: ReviewService;
  labels: LabelService;
}

export function reviewRoutes({ desk, reviews, labels }: Services): Router {
  const router = createRouter();

  router.openapi(listListings, async (c) => {
    const page = await desk.listListings(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toListing) }, 200);
  });

  router.openapi(getListing, async (c) => {
    const detail = await desk.getListing(c.get("ctx"), keyOf(c.req.valid("param")));
    return c.json(toListingDetail(detail), 200);
  });

  router.openapi(getListingFile, async (c) => {
    const key = keyOf(c.req.valid("param"));
    return c.json(await desk.getFile(c.get("ctx"), key, c.req.valid("query").path), 200);
  });

  router.openapi(reviewListing, async (c) => {
    const key = keyOf(c.req.valid("param"));
    await reviews.reviewListing(c.get("ctx"), key, c.req.valid("json"));
    return c.json(toListingDetail(await desk.getListing(c.get("ctx"), key)), 200);
  });

  router.openapi(recheckListing, async (c) => {
    const key = keyOf(c.req.valid("param"));
    await reviews.recheckListing(c.get("ctx"), key);
    return c.json(toListingDetail(await desk.getListing(c.get("ctx"), key)), 202);
  });

  router.openapi(changeListingLabels, async (c) => {
    const key = keyOf(c.req.valid("param"));
    await labels.changeLabels(c.get("ctx"), key, c.req.valid("json"));
    return c.json(toListingDetail(await desk.getListing(c.get("ctx"), key)), 200);
  });

  router.openapi(withdrawListing, async (c) => {
    const key = keyOf(c.req.valid("param"));
    await labels.withdrawListing(c.get("ctx"), key, c.req.valid("json").reason);
    return c.json(toListingDetail(await desk.getListing(c.get("ctx"), key)), 200);
  });

  return router;
}

const keyOf = (param: {
  registryId: string;
  publisher: string;
  name: string;
  version: string;
}): ListingKey => ({
  registryId: param.registryId,
  pluginId: `${param.publisher}/${param.name}`,
  version: param.version,
});
