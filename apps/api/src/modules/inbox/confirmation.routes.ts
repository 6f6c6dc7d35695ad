import {
  access,
  createRoute,
  createRouter,
  fields,
  json,
  problems,
  type Router,
  z,
} from "../../platform/http/index.ts";
import type { ConfirmationRow } from "./confirmation.repository.ts";
import type { ConfirmationService } from "./confirmation.service.ts";
import { CONFIRMATION_STATES } from "./entry.rules.ts";

const Confirmation = z
  .object({
    deliveryId: fields.deliveryId,
    user: z.object({ userId: z.string(), name: z.string() }),
    readAt: fields.moment.nullable(),
    confirmedAt: fields.moment.nullable(),
  })
  .openapi("Confirmation");

const ConfirmationPage = fields
  .pageOf(Confirmation)
  .extend({
    requiredCount: z.int().openapi({ description: "Users who are asked to confirm." }),
    confirmedCount: z.int().openapi({ description: "Those of them who have." }),
  })
  .openapi("ConfirmationPage");

const listConfirmations = createRoute({
  method: "get",
  path: "/v1/messages/{messageId}/confirmations",
  operationId: "listConfirmations",
  tags: ["Messages"],
  summary: "List who has confirmed a message and who has not",
  description:
    "Of inbox entries that ask for it. They are kept for 30 days after they have disappeared from the inbox.",
  ...access("read", "Message"),
  request: {
    params: z.object({ messageId: fields.id("message") }),
    query: fields.pageQuery.extend({ state: z.enum(CONFIRMATION_STATES).optional() }),
  },
  responses: { 200: json(ConfirmationPage, "The counts, and a page of the users"), ...problems(404) },
});

export function confirmationRoutes(service: ConfirmationService): Router {
  const router = createRouter();

  router.openapi(listConfirmations, async (c) => {
    const { state, ...page } = c.req.valid("query");
    const { messageId } = c.req.valid("param");
    const { requiredCount, confirmedCount, items, nextCursor } = await service.listConfirmations(
      c.get("ctx"),
      messageId,
      state,
      page,
    );
    return c.json({ requiredCount, confirmedCount, items: items.map(toConfirmation), nextCursor }, 200);
  });

  return router;
}

const toConfirmation = ({ deliveryId, userId, name, readAt, confirmedAt }: ConfirmationRow) => ({
  deliveryId,
  user: { userId, name },
  readAt: readAt?.toISOString() ?? null,
  confirmedAt: confirmedAt?.toISOString() ?? null,
});
