import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import type { CountAudience } from "../request/count-audience.ts";
import type { ExplainMessageUseCase } from "./explain-message.ts";
import {
  AudienceCount,
  CountAudienceBody,
  ExplainMessageBody,
  Explanation,
  toExplanation,
} from "./explanation.schemas.ts";

const tags = ["Messages"];

const explainMessage = createRoute({
  method: "post",
  path: "/v1/messages/explain",
  operationId: "explainMessage",
  tags,
  summary: "Say what sending a message would do; nothing is stored or sent",
  description:
    "Takes what `sendMessage` takes, and refuses what it refuses. Who would get it, by which channel and when, with quiet hours as of the moment it would begin; who would not, and why; which approval it needs and what is left of today's quota. With `explainUser`, the whole way of one user. What it would cost is an estimate, for the channels that have a price.",
  ...access("send", "Message"),
  request: { body: jsonBody(ExplainMessageBody) },
  responses: { 200: json(Explanation, "What would happen"), ...problems(400, 404, 409, 413, 415, 429) },
});

const countAudience = createRoute({
  method: "post",
  path: "/v1/messages/audience-count",
  operationId: "countAudience",
  tags,
  summary: "Count the recipients of an audience as it is now",
  ...access("send", "Message"),
  request: { body: jsonBody(CountAudienceBody) },
  responses: { 200: json(AudienceCount, "How many there are"), ...problems(400, 413, 415, 429) },
});

export interface ExplanationRouteDeps {
  explainMessage: ExplainMessageUseCase;
  countAudience: CountAudience;
}

export function explanationRoutes(deps: ExplanationRouteDeps): Router {
  const router = createRouter();

  router.openapi(explainMessage, async (c) => {
    const explanation = await deps.explainMessage(c.get("ctx"), c.req.valid("json"));
    return c.json(toExplanation(explanation, c.get("ctx").ability.can("read", "User")), 200);
  });

  router.openapi(countAudience, async (c) => {
    const { count, isExact } = await deps.countAudience(c.get("ctx"), c.req.valid("json").audience);
    return c.json({ recipients: count, isExact }, 200);
  });

  return router;
}
