import { z } from "../../../platform/http/index.ts";
import { expansionFailureOf, MessageDetail } from "../message.schemas.ts";
import type { ProgressView } from "./watch-message.ts";

/** What changes of a message while it is sent. */
export const MessageProgress = MessageDetail.pick({
  state: true,
  pausedFrom: true,
  recipients: true,
  counts: true,
  cost: true,
  steps: true,
  scheduledAt: true,
  timeZone: true,
  rate: true,
  expiresAt: true,
  expansionFailure: true,
  completedAt: true,
})
  .extend({
    isOver: z.boolean().openapi({
      description: "Nothing will change any more: it has ended, and receipts are in or overdue.",
    }),
  })
  .openapi("MessageProgress");

export function toMessageProgress({
  expandFailureCount,
  expandAgainAt,
  ...view
}: ProgressView): z.infer<typeof MessageProgress> {
  return {
    ...view,
    expansionFailure: expansionFailureOf({ state: view.state, expandFailureCount, expandAgainAt }),
    scheduledAt: view.scheduledAt?.toISOString() ?? null,
    expiresAt: view.expiresAt?.toISOString() ?? null,
    completedAt: view.completedAt?.toISOString() ?? null,
  };
}
