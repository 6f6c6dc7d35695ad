import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import {
  DeliveryParam,
  MessageParam,
  Recall,
  RecallPreviewAnswer,
  toRecall,
  toRecallPreview,
} from "./recall.schemas.ts";
import type { RecallService } from "./recall.service.ts";

const description =
  "Only over channels whose vendor takes back what was sent, and within its window. The answer comes before the work is done; the preview tells how far it is.";

const recallMessage = createRoute({
  method: "post",
  path: "/v1/messages/{messageId}/recall",
  operationId: "recallMessage",
  tags: ["Messages"],
  summary: "Take back what was sent of a message",
  description: `${description} Of a message that is under way, it also stops what was not sent.`,
  ...access("send", "Message"),
  request: { params: MessageParam },
  responses: { 202: json(Recall, "Begun"), ...problems(404, 409) },
});

const recallDelivery = createRoute({
  method: "post",
  path: "/v1/deliveries/{deliveryId}/recall",
  operationId: "recallDelivery",
  tags: ["Deliveries"],
  summary: "Take one delivery back",
  description: `${description} The user's fallback, if it waits, ends with it.`,
  ...access("send", "Message"),
  request: { params: DeliveryParam },
  responses: { 202: json(Recall, "Begun"), ...problems(404, 409) },
});

const previewMessageRecall = createRoute({
  method: "get",
  path: "/v1/messages/{messageId}/recall",
  operationId: "previewMessageRecall",
  tags: ["Messages"],
  summary: "Count what a recall would take back, and read the recalls so far",
  ...access("read", "Message"),
  request: { params: MessageParam },
  responses: { 200: json(RecallPreviewAnswer, "The counts"), ...problems(404) },
});

const previewDeliveryRecall = createRoute({
  method: "get",
  path: "/v1/deliveries/{deliveryId}/recall",
  operationId: "previewDeliveryRecall",
  tags: ["Deliveries"],
  summary: "Say whether one delivery can be taken back, and read the recalls so far",
  ...access("read", "Message"),
  request: { params: DeliveryParam },
  responses: { 200: json(RecallPreviewAnswer, "The counts"), ...problems(404) },
});

export function recallRoutes(service: RecallService): Router {
  const router = createRouter();

  router.openapi(recallMessage, async (c) => {
    const recall = await service.recallMessage(c.get("ctx"), c.req.valid("param").messageId);
    return c.json(toRecall(recall), 202);
  });

  router.openapi(recallDelivery, async (c) => {
    const recall = await service.recallDelivery(c.get("ctx"), c.req.valid("param").deliveryId);
    return c.json(toRecall(recall), 202);
  });

  router.openapi(previewMessageRecall, async (c) => {
    const preview = await service.previewMessageRecall(c.get("ctx"), c.req.valid("param").messageId);
    return c.json(toRecallPreview(preview), 200);
  });

  router.openapi(previewDeliveryRecall, async (c) => {
    const preview = await service.previewDeliveryRecall(c.get("ctx"), c.req.valid("param").deliveryId);
    return c.json(toRecallPreview(preview), 200);
  });

  return router;
}
