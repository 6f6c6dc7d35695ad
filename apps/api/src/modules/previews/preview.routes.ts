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
  ChannelPreview,
  PreviewChannelBody,
  PreviewParam,
  TestSendBody,
  toChannelPreview,
} from "./preview.schemas.ts";
import type { PreviewSending } from "./preview-sending.ts";
import type { SendTest } from "./send-test.ts";

const tags = ["Channels"];

const previewChannel = createRoute({
  method: "post",
  path: "/v1/channels/{channelId}/preview",
  operationId: "previewChannel",
  tags,
  summary: "Say exactly what would be sent to one address; nothing is sent or kept",
  ...access("read", "Plugin"),
  request: { params: PreviewParam, body: jsonBody(PreviewChannelBody) },
  responses: { 200: json(ChannelPreview, "What would be sent"), ...problems(400, 404, 413, 415) },
});

const testSend = createRoute({
  method: "post",
  path: "/v1/channels/{channelId}/test-send",
  operationId: "testSend",
  tags,
  summary: "Send one real message to a typed address, to see whether it arrives",
  description:
    "An ordinary message in every respect: it is counted, and approved first where that is asked for.",
  ...access("send", "Message"),
  request: { params: PreviewParam, headers: IdempotencyHeader, body: jsonBody(TestSendBody) },
  responses: {
    202: json(AcceptedMessageAnswer, "Accepted; the message's page tells how it goes on"),
    ...problems(400, 404, 409, 413, 415, 429),
  },
});

export function previewRoutes(deps: { previewSending: PreviewSending; sendTest: SendTest }): Router {
  const router = createRouter();

  router.openapi(previewChannel, async (c) => {
    const { channelId } = c.req.valid("param");
    const preview = await deps.previewSending(c.get("ctx"), channelId, c.req.valid("json"));
    return c.json(toChannelPreview(preview), 200);
  });

  router.openapi(testSend, async (c) => {
    const { channelId } = c.req.valid("param");
    const key = c.req.valid("header")["idempotency-key"];
    const accepted = await deps.sendTest(c.get("ctx"), channelId, c.req.valid("json"), key);
    if (accepted.replayed) c.header("Idempotency-Replayed", "true");
    return c.json(toAcceptedMessage(accepted), 202);
  });

  return router;
}
