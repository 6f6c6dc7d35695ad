import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import type { AcceptMessage } from "./accept-message.ts";
import {
  AcceptedMessage,
  IdempotencyHeader,
  MessageDetail,
  MessagePage,
  MessageParam,
  MessageQuery,
  SendMessageBody,
  toMessage,
  toMessageDetail,
} from "./message.schemas.ts";
import type { MessageService } from "./message.service.ts";

const tags = ["Messages"];

const sendMessage = createRoute({
  method: "post",
  path: "/v1/messages",
  operationId: "sendMessage",
  tags,
  summary: "Send a message to users, tags, everyone or typed addresses",
  description:
    "Answers 202 as soon as the message is durable. An answer that repeats an earlier one carries `Idempotency-Replayed: true`. While too many deliveries wait it answers 429 or 503 with `Retry-After`, and nothing is stored.",
  ...access("send", "Message"),
  request: { headers: IdempotencyHeader, body: jsonBody(SendMessageBody) },
  responses: {
    202: json(AcceptedMessage, "Accepted: stored, and sent as soon as possible or after approval"),
    ...problems(400, 404, 409, 413, 415, 429),
  },
});

const listMessages = createRoute({
  method: "get",
  path: "/v1/messages",
  operationId: "listMessages",
  tags,
  summary: "List messages, newest first",
  ...access("read", "Message"),
  request: { query: MessageQuery },
  responses: { 200: json(MessagePage, "A page of messages"), ...problems() },
});

const getMessage = createRoute({
  method: "get",
  path: "/v1/messages/{messageId}",
  operationId: "getMessage",
  tags,
  summary: "Read a message with its progress by step and channel",
  ...access("read", "Message"),
  request: { params: MessageParam },
  responses: { 200: json(MessageDetail, "The message"), ...problems(404) },
});

const cancelMessage = createRoute({
  method: "post",
  path: "/v1/messages/{messageId}/cancellation",
  operationId: "cancelMessage",
  tags,
  summary: "Stop what has not been sent yet",
  ...access("send", "Message"),
  request: { params: MessageParam },
  responses: { 204: { description: "Cancelled" }, ...problems(404, 409) },
});

export function messageRoutes(deps: { acceptMessage: AcceptMessage; messages: MessageService }): Router {
  const router = createRouter();

  router.openapi(sendMessage, async (c) => {
    const key = c.req.valid("header")["idempotency-key"];
    const accepted = await deps.acceptMessage(c.var.ctx, c.req.valid("json"), key);
    if (accepted.replayed) c.header("Idempotency-Replayed", "true");
    const { id, outcome, createdAt } = accepted;
    return c.json({ id, outcome, createdAt: createdAt.toISOString() }, 202);
  });

  router.openapi(listMessages, async (c) => {
    const page = await deps.messages.listMessages(c.var.ctx, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toMessage) }, 200);
  });

  router.openapi(getMessage, async (c) => {
    const message = await deps.messages.getMessage(c.var.ctx, c.req.valid("param").messageId);
    return c.json(toMessageDetail(message), 200);
  });

  router.openapi(cancelMessage, async (c) => {
    await deps.messages.cancelMessage(c.var.ctx, c.req.valid("param").messageId);
    return c.body(null, 204);
  });

  return router;
}
