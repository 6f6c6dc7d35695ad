import type { Context } from "hono";
import {
  type AppEnv,
  createRoute,
  createRouter,
  fields,
  json,
  jsonBody,
  problems,
  publisherAccess,
  type Router,
} from "../../../platform/http/index.ts";
import { type InstallationContext, loginOf } from "../../operators/index.ts";
import { ListingPage, toListing } from "../listings/listing.schemas.ts";
import { PublisherParam } from "../publishers/publisher.schemas.ts";
import { SubmissionDetail, SubmissionParam, SubmitBody, toSubmission } from "./submission.schemas.ts";
import type { SubmissionService } from "./submission.service.ts";

const tags = ["Publishers"];

const createSubmission = createRoute({
  method: "post",
  path: "/v1/publishers/{slug}/submissions",
  operationId: "createSubmission",
  tags,
  summary: "Submit a signed version of a plugin; the same again answers what became of it",
  ...publisherAccess,
  request: { params: PublisherParam, body: jsonBody(SubmitBody) },
  responses: {
    202: json(SubmissionDetail, "Taken in; the checks follow"),
    ...problems(400, 404, 409, 413, 415, 429),
  },
});

const listSubmissions = createRoute({
  method: "get",
  path: "/v1/publishers/{slug}/submissions",
  operationId: "listSubmissions",
  tags,
  summary: "List a publisher's submissions, the last one first",
  ...publisherAccess,
  request: { params: PublisherParam, query: fields.pageQuery },
  responses: { 200: json(ListingPage, "A page of submissions"), ...problems(404) },
});

const getSubmission = createRoute({
  method: "get",
  path: "/v1/publishers/{slug}/submissions/{name}/{version}",
  operationId: "getSubmission",
  tags,
  summary: "Read a submission with what the checks and the operators said",
  ...publisherAccess,
  request: { params: SubmissionParam },
  responses: { 200: json(SubmissionDetail, "The submission"), ...problems(404) },
});

export function submissionRoutes(service: SubmissionService, now: () => Date): Router {
  const router = createRouter();

  router.openapi(createSubmission, async (c) => {
    const { archive, envelope } = c.req.valid("json");
    const input = { archive: Buffer.from(archive, "base64"), envelope };
    const submission = await service.createSubmission(actorOf(c), c.req.valid("param").slug, input);
    return c.json(toSubmission(submission), 202);
  });

  router.openapi(listSubmissions, async (c) => {
    const { slug } = c.req.valid("param");
    const page = await service.listSubmissions(actorOf(c), slug, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toListing) }, 200);
  });

  router.openapi(getSubmission, async (c) => {
    const { slug, name, version } = c.req.valid("param");
    const submission = await service.getSubmission(actorOf(c), slug, name, version);
    return c.json(toSubmission(submission), 200);
  });

  /** A publisher's token speaks for the publisher; a session for its login. */
  function actorOf(c: Context<AppEnv>): InstallationContext {
    const holder = c.get("publisher");
    if (!holder) return loginOf(c.get("ctx"));
    const { publisherId, name } = holder;
    const ipAddress = c.get("ipAddress");
    return {
      actor: { kind: "publisher", publisherId, name },
      requestId: c.get("requestId"),
      ...(ipAddress ? { ipAddress } : {}),
      now,
    };
  }

  return router;
}
