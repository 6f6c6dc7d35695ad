import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import { AcceptedMessageAnswer, IdempotencyHeader, toAcceptedMessage } from "../messages/index.ts";
import {
  ReplayBody,
  ReplayParam,
  ReplayPreview,
  ReplayQuery,
  ResendBody,
  ResendParam,
} from "./resend.schemas.ts";
import type { ResendService } from "./resend.service.ts";

const description =
  "Makes a new message with the same content, which counts against the quota, may need approval, and leaves the earlier deliveries as they are. It goes by the channels that the deliveries took, without a policy.";

const resendDelivery = createRoute({
  method: "post",
  path: "/v1/deliveries/{deliveryId}/resend",
  operationId: "resendDelivery",
  tags: ["Deliveries"],
  summary: "Send one delivery again",
  description,
  ...access("send", "Message"),
  request: { params: ResendParam, headers: IdempotencyHeader, body: jsonBody(ResendBody) },
  responses: {
    202: json(AcceptedMessageAnswer, "Accepted: the new message"),
    ...problems(400, 404, 409, 413, 415, 429),
  },
});

const replayMessage = createRoute({
  method: "post",
  path: "/v1/messages/{messageId}/replay",
  operationId: "replayMessage",
  tags: ["Messages"],
  summary: "Send a filtered set of a message's deliveries again",
  description: `${description} At most 10,000 at once; a repeat goes on with the rest.`,
  ...access("send", "Message"),
  request: { params: ReplayParam, headers: IdempotencyHeader, body: jsonBody(ReplayBody) },
  responses: {
    202: json(AcceptedMessageAnswer, "Accepted: the new message"),
    ...problems(400, 404, 409, 413, 415, 429),
  },
});

const previewReplay = createRoute({
  method: "get",
  path: "/v1/messages/{messageId}/replay",
  operationId: "previewReplay",
  tags: ["Messages"],
  summary: "Count what a replay would send again; nothing is sent",
  ...access("send", "Message"),
  request: { params: ReplayParam, query: ReplayQuery },
  responses: { 200: json(ReplayPreview, "The counts"), ...problems(404) },
});

export function resendRoutes(service: ResendService): Router {
  const router = createRouter();

  router.openapi(resendDelivery, async (c) => {
    const { deliveryId } = c.req.valid("param");
    const key = c.req.valid("header")["idempotency-key"];
    const accepted = await service.resendDelivery(c.get("ctx"), deliveryId, c.req.valid("json"), key);
    if (accepted.replayed) c.header("Idempotency-Replayed", "true");
    return c.json(toAcceptedMessage(accepted), 202);
  });

  router.openapi(replayMessage, async (c) => {
    const { messageId } = c.req.valid("param");
    const key = c.req.valid("header")["idempotency-key"];
    const accepted = await service.replayMessage(c.get("ctx"), messageId, c.req.valid("json"), key);
    if (accepted.replayed) c.header("Idempotency-Replayed", "true");
    return c.json(toAcceptedMessage(accepted), 202);
  });

  router.openapi(previewReplay, async (c) => {
    const { messageId } = c.req.valid("param");
    const { deliveryCount, recipientCount, hasMore, skippedCount } = await service.previewReplay(
      c.get("ctx"),
      messageId,
      c.req.valid("query"),
    );
    return c.json({ deliveryCount, recipientCount, hasMore, skippedCount }, 200);
  });

  return router;
}
