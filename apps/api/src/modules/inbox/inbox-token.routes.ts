import {
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
  sourceAccess,
} from "../../platform/http/index.ts";
import { CreateInboxTokenBody, InboxTokenAnswer } from "./inbox.schemas.ts";
import type { InboxTokenService } from "./inbox-token.service.ts";

const createInboxToken = createRoute({
  method: "post",
  path: "/v1/inbox/tokens",
  operationId: "createInboxToken",
  tags: ["Inbox"],
  summary: "Give one user access to their inbox for a while",
  description:
    "Call it from your own server once you know who the user is, and hand the token to their browser or app. It opens this user's inbox on this channel and nothing else, and ends early when the user, the channel, the grant or the source goes.",
  ...sourceAccess,
  request: { body: jsonBody(CreateInboxTokenBody) },
  responses: { 201: json(InboxTokenAnswer, "The token"), ...problems(400, 404, 413, 415) },
});

export function inboxTokenRoutes(service: InboxTokenService): Router {
  const router = createRouter();

  router.openapi(createInboxToken, async (c) => {
    const { token, expiresAt } = await service.createInboxToken(c.get("ctx"), c.req.valid("json"));
    return c.json({ token, expiresAt: expiresAt.toISOString() }, 201);
  });

  return router;
}
