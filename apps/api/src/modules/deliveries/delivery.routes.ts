import { access, createRoute, createRouter, json, problems, type Router } from "../../platform/http/index.ts";
import {
  DeliveriesParam,
  DeliveryDetail,
  DeliveryPage,
  DeliveryParam,
  DeliveryQuery,
  toDelivery,
  toDeliveryDetail,
} from "./delivery.schemas.ts";
import type { DeliveryService } from "./delivery.service.ts";

const tags = ["Deliveries"];

const listDeliveries = createRoute({
  method: "get",
  path: "/v1/messages/{messageId}/deliveries",
  operationId: "listDeliveries",
  tags,
  summary: "List a message's deliveries: who got it, who did not, and why",
  ...access("read", "Message"),
  request: { params: DeliveriesParam, query: DeliveryQuery },
  responses: { 200: json(DeliveryPage, "A page of deliveries"), ...problems(404) },
});

const getDelivery = createRoute({
  method: "get",
  path: "/v1/deliveries/{deliveryId}",
  operationId: "getDelivery",
  tags,
  summary: "Read a delivery with its timeline",
  ...access("read", "Message"),
  request: { params: DeliveryParam },
  responses: { 200: json(DeliveryDetail, "The delivery"), ...problems(404) },
});

export function deliveryRoutes(service: DeliveryService): Router {
  const router = createRouter();

  router.openapi(listDeliveries, async (c) => {
    const page = await service.listDeliveries(
      c.get("ctx"),
      c.req.valid("param").messageId,
      c.req.valid("query"),
    );
    const mayReadAddresses = c.get("ctx").ability.can("update", "User");
    return c.json({ ...page, items: page.items.map((row) => toDelivery(row, mayReadAddresses)) }, 200);
  });

  router.openapi(getDelivery, async (c) => {
    const delivery = await service.getDelivery(c.get("ctx"), c.req.valid("param").deliveryId);
    return c.json(toDeliveryDetail(delivery, c.get("ctx").ability.can("update", "User")), 200);
  });

  return router;
}
