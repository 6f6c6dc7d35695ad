import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import type { AcceptMessage } from "./accept/accept-message.ts";
import type { CancelForUsers } from "./course/cancel-for-users.ts";
import type { PauseService } from "./course/pause-message.ts";
import type { UpdateMessage } from "./course/update-message.ts";
import {
  AcceptedMessage,
  CancelForUsersBody,
  IdempotencyHeader,
  MessageDetail,
  MessagePage,
  MessageParam,
  MessageQuery,
  SendMessageBody,
  toAcceptedMessage,
  toMessage,
  toMessageDetail,
  toUsersCancellation,
  UpdateMessageBody,
  UsersCancellation,
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

const cancelMessageForUsers = createRoute({
  method: "post",
  path: "/v1/messages/{messageId}/cancelled-users",
  operationId: "cancelMessageForUsers",
  tags,
  summary: "Stop a message for some of its users; it goes on for the others",
  description:
    "No delivery and no further step of a policy reaches them. What a vendor has already is not called back; the answer says how it stands for how many of them. Ids of nobody, and of whom the message is not for, are refused. A repeat changes nothing.",
  ...access("send", "Message"),
  request: { params: MessageParam, body: jsonBody(CancelForUsersBody) },
  responses: {
    200: json(UsersCancellation, "Cancelled for these users"),
    ...problems(400, 404, 409, 413, 415),
  },
});

const updateMessage = createRoute({
  method: "patch",
  path: "/v1/messages/{messageId}",
  operationId: "updateMessage",
  tags,
  summary: "Give a message another rate, or a scheduled one another time",
  ...access("send", "Message"),
  request: { params: MessageParam, body: jsonBody(UpdateMessageBody) },
  responses: { 204: { description: "Changed" }, ...problems(400, 404, 409, 413, 415) },
});

const pauseMessage = createRoute({
  method: "post",
  path: "/v1/messages/{messageId}/pause",
  operationId: "pauseMessage",
  tags,
  summary: "Hold back what has not been sent yet",
  description:
    "Nothing further is handed to a vendor once this has answered; what a vendor has already keeps its outcome. The time to live goes on running.",
  ...access("send", "Message"),
  request: { params: MessageParam },
  responses: { 204: { description: "Paused" }, ...problems(404, 409) },
});

const resumeMessage = createRoute({
  method: "post",
  path: "/v1/messages/{messageId}/resumption",
  operationId: "resumeMessage",
  tags,
  summary: "Go on where a message was paused",
  ...access("send", "Message"),
  request: { params: MessageParam },
  responses: { 204: { description: "Goes on" }, ...problems(404, 409) },
});

export interface MessageRouteDeps {
  acceptMessage: AcceptMessage;
  messages: MessageService;
  cancelForUsers: CancelForUsers;
  pauses: PauseService;
  updateMessage: UpdateMessage;
}

export function messageRoutes(deps: MessageRouteDeps): Router {
  const router = createRouter();

  router.openapi(sendMessage, async (c) => {
    const key = c.req.valid("header")["idempotency-key"];
    const accepted = await deps.acceptMessage(c.get("ctx"), c.req.valid("json"), key);
    if (accepted.replayed) c.header("Idempotency-Replayed", "true");
    return c.json(toAcceptedMessage(accepted), 202);
  });

  router.openapi(listMessages, async (c) => {
    const page = await deps.messages.listMessages(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toMessage) }, 200);
  });

  router.openapi(getMessage, async (c) => {
    const message = await deps.messages.getMessage(c.get("ctx"), c.req.valid("param").messageId);
    return c.json(toMessageDetail(message), 200);
  });

  router.openapi(cancelMessage, async (c) => {
    await deps.messages.cancelMessage(c.get("ctx"), c.req.valid("param").messageId);
    return c.body(null, 204);
  });

  router.openapi(cancelMessageForUsers, async (c) => {
    const { userIds } = c.req.valid("json");
    const counts = await deps.cancelForUsers(c.get("ctx"), c.req.valid("param").messageId, userIds);
    return c.json(toUsersCancellation(counts), 200);
  });

  router.openapi(updateMessage, async (c) => {
    await deps.updateMessage(c.get("ctx"), c.req.valid("param").messageId, c.req.valid("json"));
    return c.body(null, 204);
  });

  router.openapi(pauseMessage, async (c) => {
    await deps.pauses.pauseMessage(c.get("ctx"), c.req.valid("param").messageId);
    return c.body(null, 204);
  });

  router.openapi(resumeMessage, async (c) => {
    await deps.pauses.resumeMessage(c.get("ctx"), c.req.valid("param").messageId);
    return c.body(null, 204);
  });

  return router;
}
