import { fields, z } from "../../platform/http/index.ts";
import { deliveryFilter, deliveryFilterQuery } from "../deliveries/index.ts";

export const ResendParam = z.object({ deliveryId: fields.deliveryId });
export const ReplayParam = z.object({ messageId: fields.id("message") });

const force = z.boolean().default(false).openapi({
  description:
    "Also what is under way, may have arrived, or was sent again already: somebody may get it twice.",
});

export const ResendBody = z.strictObject({ force }).openapi("ResendDelivery");

export const ReplayBody = z.strictObject({ ...deliveryFilter.shape, force }).openapi("ReplayMessage");

export const ReplayQuery = z.object({
  ...deliveryFilterQuery.shape,
  force: z.stringbool().default(false).openapi({ type: "boolean" }),
});

const count = z.int().min(0);

export const ReplayPreview = z
  .object({
    deliveryCount: count.openapi({ description: "Deliveries that would be sent again, at most 10,000." }),
    recipientCount: count,
    hasMore: z.boolean().openapi({ description: "Whether more match than one replay sends again." }),
    skippedCount: count.openapi({
      description:
        "Matching deliveries that are left alone without `force`, because somebody might get them twice; counted up to 10,000, and where there are more than one replay sends again, as far as it has looked.",
    }),
  })
  .openapi("ReplayPreview");
